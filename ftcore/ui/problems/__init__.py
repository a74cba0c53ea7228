"""The problems: what the checks found, by kind, and what can be done about it."""
