"""The training process: `python -m ftcore.trainer.child JOBFOLDER`. Ends when its server does.

With `RANK WORLD MEETING` behind it, it is one of the processes that help the first (`tuning/ranks.py`).
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import traceback
from pathlib import Path

from ftcore import supervision
from ftcore.trainer.errors import TrainerError
from ftcore.trainer.journal import Journal

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
PATIENCE = 2.0


def main(folder: Path) -> int:
    """0: the journal says how it ended. Anything else: the server starts it again from its last state."""
    _settle()
    try:
        from ftcore.trainer.tuning.order import Ending
        from ftcore.trainer.tuning.ranks import gather
        from ftcore.trainer.tuning.run import run

        ending = Ending()
        signal.signal(signal.SIGTERM, ending)
        run(folder, ending, gather(folder))
    except Exception as error:  # noqa: BLE001 - told to the user, or tried again
        traceback.print_exc()
        told = explain(error) or _told_by_another(folder)
        if told is None:
            return 1
        make_room(folder)
        Journal(folder / "metrics.jsonl").write("failed", message=told.message, code=told.code, param=told.param)
    return 0


def help_out(folder: Path, rank: int, world: int, meeting: Path) -> int:
    """A rank that is not 0. It ends with rank 0, which is its supervisor; signals are rank 0's to understand."""
    _settle()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        from ftcore.trainer.tuning.ranks import join
        from ftcore.trainer.tuning.run import run

        run(folder, ranks=join(rank, world, meeting))
    except Exception as error:  # noqa: BLE001 - rank 0 tells it, or all try again
        traceback.print_exc()
        if (told := explain(error)) is not None:
            from ftcore.trainer.tuning.ranks import tell

            tell(folder, rank, told)
        return 1
    return 0


def _settle() -> None:
    supervision.share_processor()
    supervision.end_with_supervisor()
    if hasattr(os, "nice"):
        os.nice(1)  # questions to a model come first


def _told_by_another(folder: Path) -> TrainerError | None:
    """What another rank had to say, when this one fell only because that one did."""
    import time

    from ftcore.trainer.tuning import ranks

    if ranks.wanted() > 1:
        time.sleep(PATIENCE)
    return ranks.told(folder)


def make_room(folder: Path) -> None:
    """What was half written is of no use, and on a full disk the last sentence needs its room."""
    for path in (*folder.glob("*.new"), *folder.glob("checkpoints/.step-*/*")):
        path.unlink(missing_ok=True)


def explain(error: Exception) -> TrainerError | None:
    """What to tell the user; None when trying again is the better answer."""
    if isinstance(error, TrainerError):
        return error
    text = str(error).lower()
    if isinstance(error, MemoryError) or (
        "memory" in text and ("not enough" in text or "out of" in text or "alloc" in text)
    ):
        message = "The machine ran out of memory while training. A smaller batch_size or shorter examples need less; nothing else was affected."
        return TrainerError(message, code="out_of_memory")
    full = isinstance(error, OSError) and error.errno in FULL
    if full or "no space left" in text or any(f"os error {number}" in text for number in FULL):
        message = "The disk is full, so the training could not be saved. Make room (1 GB) and start the job again."
        return TrainerError(message, code="disk_full")
    return None


if __name__ == "__main__":
    target, *rest = sys.argv[1:]
    if rest:
        sys.exit(help_out(Path(target), int(rest[0]), int(rest[1]), Path(rest[2])))
    sys.exit(main(Path(target)))
