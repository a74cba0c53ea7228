"""A file to rows, and rows to examples. One file a format; what the file is, its content decides."""

from ftcore.dataset.raw import Raw, SourceError
from ftcore.dataset.sources.detection import Found, detect
from ftcore.dataset.sources.reading import Origin, Reading, open_file, preview, read
from ftcore.dataset.sources.registry import rows_of

__all__ = ["Found", "Origin", "Raw", "Reading", "SourceError", "detect", "open_file", "preview", "read", "rows_of"]
