"""What can be seen in one text by itself: its script, its language, its markup. The profile counts these; the checks compare
one example with the count."""
