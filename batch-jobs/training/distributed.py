"""One training run over several processes, with torch.distributed: gloo between CPUs, NCCL between GPUs."""

import datetime
import os
import sys

import torch
import torch.distributed as dist

WAIT = datetime.timedelta(minutes=15)
"""For the other processes to come up: each node brings its own copy of the dataset first."""


class World:
    """The processes of this training and the collective operations that the loop needs; with one process they do nothing.

    WORLD_SIZE, MASTER_ADDR and MASTER_PORT as every launcher sets them. RANK may be missing for all but rank 0: Batch does not
    tell a node its number, so the processes then number themselves in the order in which they reach the first one.
    """

    def __init__(self, device):
        self.size = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = 0
        self._device = device
        if self.size == 1:
            return
        if device.type == "cuda":
            torch.cuda.set_device(device)
        given = os.environ.get("RANK")
        store = self._store = dist.TCPStore(
            host_name=os.environ["MASTER_ADDR"], port=int(os.environ["MASTER_PORT"]), is_master=given == "0", timeout=WAIT,
            wait_for_workers=False)
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


def end_process(code):
    """Ends this process, without a look back at gloo's threads where there are several processes."""
    sys.stdout.flush()
    sys.stderr.flush()
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        os._exit(code)
    sys.exit(code)
