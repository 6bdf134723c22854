"""Mail in bulk: uploaded files, a watched mailbox, and what people do with it."""
