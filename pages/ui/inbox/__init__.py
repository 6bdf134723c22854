"""What the Inbox page draws."""
