"""The Report page: slide one, what it rests on, what is asked once, the files, and presenting it."""
