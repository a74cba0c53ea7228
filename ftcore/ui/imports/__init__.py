"""Taking files in: the mapping, the difference to an earlier import, the progress, the instructions."""
