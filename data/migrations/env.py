"""Alembic runs this: it upgrades over the connection that `data.store` hands in."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
