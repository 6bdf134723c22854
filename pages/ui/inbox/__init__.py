"""Pieces of the Inbox page: files dropped, batches, and the queue with what people do to its mail."""
