"""One training run over several processes: torch.distributed with the variables that every launcher sets."""

import datetime
import os

import torch
import torch.distributed as dist


class World:
    """RANK, WORLD_SIZE and the collective operations that the loop needs; with one process they do nothing."""

    def __init__(self, device):
        self.size = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = int(os.environ.get("RANK", "0"))
        self._device = device
        if self.size > 1:
            dist.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=datetime.timedelta(minutes=5))

    def wrap(self, model):
        """The model with its gradients averaged over the processes."""
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
        return self.size > 1 and self.sum(1.0 if flag else 0.0)[0] > 0 or flag

    def close(self):
        """Leaves the group."""
        if self.size > 1:
            dist.destroy_process_group()
