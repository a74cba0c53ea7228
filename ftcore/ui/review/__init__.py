"""The review: one example at a time, decided by a key."""
