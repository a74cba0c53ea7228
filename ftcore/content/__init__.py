"""Content that people edit without touching code: the files that ship with the app, and a workspace's own copies of them."""

from ftcore.content.own_copy import copy_to_edit, standing
from ftcore.content.reading import ContentError, Node, parse, read, text_of

__all__ = ["ContentError", "Node", "copy_to_edit", "parse", "read", "standing", "text_of"]
