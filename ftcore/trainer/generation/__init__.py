"""Answering: one thread, one loop, many requests at a time."""
