"""Examples from file to training file: sources, shapes, checks, duplicates, split, snapshots, targets."""
