"""Jobs: launched, watched, listed."""
