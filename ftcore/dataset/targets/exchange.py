"""Two folders change places in one step, where the operating system can do that."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

AT_FDCWD = -100
EXCHANGE = 2


def exchange(one: Path, other: Path) -> bool:
    """True when it was done; False where the system, or the file system, has no such step. Both must be there.

    renameat2 with RENAME_EXCHANGE on Linux, renamex_np with RENAME_SWAP on macOS: see their manual pages.
    """
    paths = os.fsencode(one), os.fsencode(other)
    try:
        library = ctypes.CDLL(None)
        if sys.platform == "linux":
            return bool(library.renameat2(AT_FDCWD, paths[0], AT_FDCWD, paths[1], EXCHANGE) == 0)
        if sys.platform == "darwin":
            return bool(library.renamex_np(paths[0], paths[1], EXCHANGE) == 0)
    except (OSError, AttributeError, TypeError):  # no such library, or no such function in it
        return False
    return False
