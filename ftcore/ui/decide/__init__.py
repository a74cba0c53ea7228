"""The decision, as a form."""
