"""The map of what the examples mean."""
