"""`python -m ftcore.trainer --workspace DIR --port N`: the server as a process of its own."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TextIO

import platformdirs

from ftcore.trainer.doors import HOST, TOKEN_VARIABLE, UNENCRYPTED, doors
from ftcore.trainer.errors import TrainerError
from ftcore.trainer.server import serve

REFUSED = 2
"""As for bad usage: what was asked for is not done."""


def main() -> int:
    home = os.environ.get("TUNEWORTHY_HOME") or platformdirs.user_data_dir("tuneworthy")
    parser = argparse.ArgumentParser(prog="python -m ftcore.trainer", description="The fine-tuning server.")
    parser.add_argument("--workspace", type=Path, default=Path(home))
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument(
        "--host", default=HOST, help="an address of this machine to listen at; others need what follows"
    )
    parser.add_argument("--allow-other-machines", action="store_true", help="let in whoever holds the token")
    parser.add_argument("--name", action="append", help="a name by which others call this server; default: any")
    parser.add_argument("--token-file", type=Path, help=f"holds a token of your own (else {TOKEN_VARIABLE})")
    given = parser.parse_args()
    try:
        opened = doors(
            given.host,
            allow_other_machines=given.allow_other_machines,
            names=given.name,
            token_file=given.token_file,
        )
    except TrainerError as error:
        _say(error.message, sys.stderr)
        return REFUSED
    if opened.opens_to_others:
        _say(UNENCRYPTED, sys.stderr)
    try:
        workspace = given.workspace.resolve()
        serve(workspace, given.port, doors=opened, announce=lambda address: _say(f"Trainer server: {address}"))
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
