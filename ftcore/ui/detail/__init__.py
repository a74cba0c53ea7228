"""One example in full: its turns, its fields, its history."""
