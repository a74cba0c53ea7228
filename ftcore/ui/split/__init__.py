"""Split and export: who is trained on and tested on, leaks, versions, files, review packs."""
