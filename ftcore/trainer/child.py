"""The training process: `python -m ftcore.trainer.child JOBFOLDER`. Ends when its server does."""

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


def main(folder: Path) -> int:
    """0: the journal says how it ended. Anything else: the server starts it again from its last state."""
    supervision.share_processor()
    supervision.end_with_supervisor()
    if hasattr(os, "nice"):
        os.nice(1)  # questions to a model come first
    try:
        from ftcore.trainer.tuning.run import Ending, run

        ending = Ending()
        signal.signal(signal.SIGTERM, ending)
        run(folder, ending)
    except Exception as error:  # noqa: BLE001 - told to the user, or tried again
        traceback.print_exc()
        told = explain(error)
        if told is None:
            return 1
        Journal(folder / "metrics.jsonl").write("failed", message=told.message, code=told.code, param=told.param)
    return 0


def explain(error: Exception) -> TrainerError | None:
    """What to tell the user; None when trying again is the better answer."""
    if isinstance(error, TrainerError):
        return error
    text = str(error).lower()
    if isinstance(error, MemoryError) or "not enough memory" in text or "out of memory" in text:
        message = "The machine ran out of memory while training. A smaller batch_size or shorter examples need less; nothing else was affected."
        return TrainerError(message, code="out_of_memory")
    if (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)) or "no space left" in text:
        message = "The disk is full, so the training could not be saved. Make room (1 GB) and start the job again."
        return TrainerError(message, code="disk_full")
    return None


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
