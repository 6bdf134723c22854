"""Mail is read here and nowhere else: bytes of one message, or files of any kind, all of them hostile until read."""

from data.intake.message import read_message

__all__ = ["read_message"]
