"""Handing over: a project as a file, a review pack, a backup of everything, and erasing."""
