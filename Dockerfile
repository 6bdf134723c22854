# Packages and the trained model, made where compilers and caches may lie about.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.txt ./
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m venv --without-pip /opt/venv && \
    pip --python /opt/venv/bin/python install --disable-pip-version-check --only-binary=:all: -r requirements.txt
ENV PATH=/opt/venv/bin:$PATH
COPY . .
RUN python -m compileall -q data model pages streamlit_app.py && \
    python -m model.training --out /opt/model && \
    mkdir -p data/var

# What runs: nothing of it can be written to but the volume and /tmp, and nobody in it is root.
FROM python:3.11-slim
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 \
    MAILROOM_MODEL_DIR=/opt/model
COPY --from=build /opt /opt
COPY --from=build /app /app
COPY --from=build --chown=10001:10001 /app/data/var data/var
VOLUME /app/data/var
USER 10001:10001
EXPOSE 8501
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://localhost:{os.environ.get('PORT', 8501)}/api/v1/health\")"]
CMD ["sh", "-c", "exec streamlit run streamlit_app.py --server.address=0.0.0.0 --server.port=${PORT:-8501}"]
