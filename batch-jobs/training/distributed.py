"""One training run over several processes, with torch.distributed: gloo between CPUs, NCCL between GPUs."""

import os
import sys
import time

import torch
import torch.distributed as dist

from .launch import WAIT, open_store

AGREE_SECONDS = 1.0
AGREE_STEPS = 100
"""Between two agreements on whether to stop: about so long, and no more steps."""


class World:
    """The processes of this training and the collective operations that the loop needs; with one process they do nothing.

    WORLD_SIZE, MASTER_ADDR and MASTER_PORT as every launcher sets them. RANK may be missing for all but rank 0: Batch does not
    tell a node its number, so the processes then number themselves in the order in which they reach the first one.
    TORCHELASTIC_USE_AGENT_STORE=True: the launcher holds the store through which they meet, else rank 0 does.
    """

    def __init__(self, device):
        self.size = world_size()
        self.rank = 0
        self._device = device
        self._agreed_at = time.monotonic()
        self._until_agreement = self._steps_between = 1
        if self.size == 1:
            return
        given = os.environ.get("RANK")
        holds = given == "0" and os.environ.get("TORCHELASTIC_USE_AGENT_STORE") != "True"
        store = self._store = open_store(os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]), holds)
        self.rank = int(given) if given else store.add("durableml/rank", 1)
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo", store=store, rank=self.rank, world_size=self.size,
                                timeout=WAIT)

    def wrap(self, model):
        """The model with its gradients averaged over the processes; all begin with the weights of rank 0."""
        if self.size == 1:
            return model
        devices = [self._device.index] if self._device.type == "cuda" else None
        return torch.nn.parallel.DistributedDataParallel(model, device_ids=devices)

    def share(self, indices):
        """This process's part of a global batch."""
        return indices[self.rank::self.size]

    def sum(self, *values):
        """The values summed over the processes, as floats."""
        if self.size == 1:
            return [float(value) for value in values]
        total = torch.tensor([float(value) for value in values], dtype=torch.float64, device=self._device)
        dist.all_reduce(total)
        return total.tolist()

    def any(self, flag):
        """True if it is true in some process: all of them must stop at the same step."""
        return flag if self.size == 1 else self.sum(1.0 if flag else 0.0)[0] > 0

    def any_by_now(self, flag):
        """The same, to be called after each step: the processes ask each other about once a second, and say no in between.

        To ask takes a reduction and, on a GPU, waiting for all that is queued. After how many steps they ask next follows from how
        long the steps took on average over the processes, which is the same number in each of them.
        """
        if self.size == 1:
            return flag
        self._until_agreement -= 1
        if self._until_agreement > 0:
            return False
        now = time.monotonic()
        flags, seconds = self.sum(1.0 if flag else 0.0, (now - self._agreed_at) / self._steps_between)
        self._until_agreement = self._steps_between = max(1, min(AGREE_STEPS, self._steps_between * 8, int(AGREE_SECONDS * self.size / max(seconds, 1e-9))))
        self._agreed_at = now
        return flags > 0

    def from_first(self, value):
        """The value that rank 0 has."""
        if self.size == 1:
            return value
        values = [value]
        dist.broadcast_object_list(values, src=0)
        return values[0]

    def leave(self):
        """After the last collective operation. The first process waits until the others have got here too.

        The group is not destroyed: with PyTorch 1.13, gloo can wait for ever for a peer that has left before. A process that
        is not alone ends by end_process instead.
        """
        if self.size == 1:
            return
        self._store.set("durableml/left/%d" % self.rank, "1")
        if self.rank == 0:
            self._store.wait(["durableml/left/%d" % rank for rank in range(1, self.size)], WAIT)


def world_size():
    """How many processes train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def end_process(code):
    """Ends this process, without a look back at gloo's threads where there are several processes."""
    sys.stdout.flush()
    sys.stderr.flush()
    if world_size() > 1:
        os._exit(code)
    sys.exit(code)
