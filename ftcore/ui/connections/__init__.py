"""The servers that this workspace knows: adding, testing, changing, removing, and bringing in what is already there."""
