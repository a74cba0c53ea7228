"""Several processes that train one model: each computes its share of every batch, and their gradients are added up.

There is one process for each CUDA device (not run here), or as many as TUNEWORTHY_TRAINER_PROCESSES says; on CPUs they
talk through gloo, which is how it is tested. Rank 0 alone writes: journal, checkpoints and state. They meet through a
file in the job's folder, so no port is opened to anybody by name. One that falls ends them all, and the job goes on
from its last state.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import torch

from ftcore import supervision
from ftcore.trainer.errors import TrainerError

COUNT = "TUNEWORTHY_TRAINER_PROCESSES"
FALLEN = 4
PATIENCE = 5.0
Kind = TypeVar("Kind")


@dataclass
class Ranks:
    """This process among `world` of them."""

    rank: int = 0
    world: int = 1
    others: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def leads(self) -> bool:
        return self.rank == 0

    def mine(self, items: Sequence[Kind]) -> list[Kind]:
        """The share of this rank."""
        return list(items[self.rank :: self.world])

    def add_up(self, tensors: list[torch.Tensor]) -> None:
        """Each tensor becomes the sum over all ranks, in place."""
        if self.world == 1:
            return
        flat = torch.cat([tensor.flatten() for tensor in tensors])
        torch.distributed.all_reduce(flat)
        at = 0
        for tensor in tensors:
            tensor.copy_(flat[at : at + tensor.numel()].view_as(tensor))
            at += tensor.numel()

    def sums(self, values: list[float], device: str) -> list[float]:
        """Each number's sum over all ranks."""
        if self.world == 1:
            return values
        # Gloo adds in float64; NCCL does too, but MPS knows no float64 (and has one rank).
        tensor = torch.tensor(values, dtype=torch.float64, device=device)
        torch.distributed.all_reduce(tensor)
        return [float(value) for value in tensor]

    def end(self) -> None:
        """Waits for the others, who have nothing left to do either."""
        if self.world > 1:
            torch.distributed.destroy_process_group()
        for other in self.others:
            try:
                other.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                other.kill()
                other.wait()


def wanted() -> int:
    """How many processes train together on this machine."""
    asked = os.environ.get(COUNT, "")
    if asked.isdigit() and int(asked) > 0:
        return int(asked)
    return max(1, torch.cuda.device_count())


def gather(folder: Path) -> Ranks:
    """Rank 0: starts the others, and waits until all are there."""
    world = wanted()
    if world == 1:
        return Ranks()
    for old in folder.glob("meeting-*"):
        old.unlink(missing_ok=True)
    for told in folder.glob("told-*.json"):
        told.unlink()
    meeting = folder / f"meeting-{uuid.uuid4().hex}"
    others = []
    for rank in range(1, world):
        with (folder / "log.txt").open("ab") as out:
            others.append(
                subprocess.Popen(
                    [sys.executable, "-m", "ftcore.trainer.child", str(folder), str(rank), str(world), str(meeting)],
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    env=supervision.child_environment(),
                )
            )
    threading.Thread(target=_watch, args=(others,), name="ranks", daemon=True).start()
    joined = join(0, world, meeting)
    joined.others = others
    return joined


def join(rank: int, world: int, meeting: Path) -> Ranks:
    """Any rank: returns when all have come. accelerate then knows the group, and which device is this rank's."""
    from accelerate import PartialState

    cuda = torch.cuda.is_available()
    if cuda:  # not run here
        torch.cuda.set_device(rank)
    else:
        torch.set_num_threads(max(1, (os.cpu_count() or 1) // world))
        os.environ["ACCELERATE_USE_CPU"] = "true"
    for name, value in (("RANK", rank), ("LOCAL_RANK", rank), ("WORLD_SIZE", world), ("LOCAL_WORLD_SIZE", world)):
        os.environ[name] = str(value)
    # The group would otherwise be announced on the address of the machine's name.
    os.environ.setdefault("GLOO_SOCKET_IFNAME", _loopback())
    backend = "nccl" if cuda else "gloo"
    torch.distributed.init_process_group(backend, init_method=f"file://{meeting}", rank=rank, world_size=world)
    state = PartialState(cpu=not cuda)
    state.wait_for_everyone()
    return Ranks(state.process_index, state.num_processes)


def tell(folder: Path, rank: int, error: TrainerError) -> None:
    """A rank that is not 0 writes no journal: it leaves what it would say where rank 0 looks when somebody fell."""
    (folder / f"told-{rank}.json").write_text(json.dumps([error.message, error.code, error.param]))


def told(folder: Path) -> TrainerError | None:
    """What a fallen rank left to say."""
    for path in sorted(folder.glob("told-*.json")):
        message, code, param = json.loads(path.read_text())
        return TrainerError(message, code=code, param=param)
    return None


def _watch(others: list[subprocess.Popen[bytes]]) -> None:
    """A rank that waits for a fallen one may wait for ever: it has some seconds to notice, then it is ended."""
    while all(other.poll() is None for other in others):
        time.sleep(0.2)
    if any(other.poll() for other in others):
        time.sleep(PATIENCE)
        os._exit(FALLEN)


def _loopback() -> str:
    return "lo0" if sys.platform == "darwin" else "lo"
