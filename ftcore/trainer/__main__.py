"""`python -m ftcore.trainer --workspace DIR --port N`: the server as a process of its own."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TextIO

import platformdirs

from ftcore.trainer.errors import TrainerError
from ftcore.trainer.server import serve


def main() -> int:
    home = os.environ.get("TUNEWORTHY_HOME") or platformdirs.user_data_dir("tuneworthy")
    parser = argparse.ArgumentParser(prog="python -m ftcore.trainer", description="The fine-tuning server.")
    parser.add_argument("--workspace", type=Path, default=Path(home))
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    given = parser.parse_args()
    try:
        serve(given.workspace.resolve(), given.port, announce=lambda address: _say(f"Trainer server: {address}"))
    except TrainerError as error:
        _say(error.message, sys.stderr)
        return 1
    except OSError as error:
        _say(f"The trainer server could not start on port {given.port}: {error.strerror or error}.", sys.stderr)
        return 1
    return 0


def _say(text: str, stream: TextIO | None = None) -> None:
    stream = stream or sys.stdout
    stream.write(text + "\n")
    stream.flush()


if __name__ == "__main__":
    sys.exit(main())
