"""The model in use: its files on disk, checked before they are read, and what answers when there is none."""
