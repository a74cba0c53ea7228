"""Jobs: what is checked and estimated before, launching, and following until the end."""
