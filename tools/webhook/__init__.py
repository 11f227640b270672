"""Bytes from Meta's webhook in, typed events out. Knows nothing of the Graph API."""
