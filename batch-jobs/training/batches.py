"""Batches on the device: straight from the memory map on a CPU, gathered ahead by other processes into pinned memory for a GPU."""

import os
import signal

import torch
from torch.utils.data import DataLoader

AHEAD = 4
"""Batches that each loading process keeps ready."""


class Batches:
    """Turns index arrays into (features, labels) tensors on the device. `workers`: processes that load ahead; 0: this one loads."""

    def __init__(self, split, device, workers):
        self._gather = _Gather(split)
        self._device = device
        self._order = _Order()
        self._loader = None
        if workers or device.type == "cuda":
            ahead = {"prefetch_factor": AHEAD, "persistent_workers": True, "worker_init_fn": _end_on_sigterm} if workers else {}
            # A generator of its own: the loader must not draw from the one that dropout draws from.
            self._loader = DataLoader(self._gather, batch_size=None, sampler=self._order, num_workers=workers,
                                      pin_memory=device.type == "cuda", generator=torch.Generator(), **ahead)

    def __call__(self, index_batches):
        """Yields a pair of tensors for each index array, in order."""
        if self._loader is None:
            for indices in index_batches:
                features, labels = self._gather[indices]
                yield (features.contiguous(memory_format=torch.channels_last) if features.dim() == 4 else features), labels
            return
        self._order.batches = index_batches
        for features, labels in self._loader:
            layout = torch.channels_last if features.dim() == 4 else torch.contiguous_format
            yield (features.to(self._device, non_blocking=True).contiguous(memory_format=layout),
                   labels.to(self._device, non_blocking=True))


def loaders_that_fit(wanted, batch_bytes, processes=1, shared="/dev/shm"):
    """How many loading processes each of the processes of this node can have: their batches lie in shared memory, of which Docker gives 64 MB.

    Half of it stays free. Whoever needs more than there is would not get an error, but SIGBUS.
    """
    try:
        there = os.statvfs(shared)
    except OSError:
        return 0
    return max(0, min(wanted, there.f_bavail * there.f_frsize // 2 // (processes * AHEAD * max(1, batch_bytes))))


def _end_on_sigterm(_):
    # A forked process has the training's handler, which only takes note; multiprocessing ends it with this signal.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


class _Gather(torch.utils.data.Dataset):
    """The split as the loader sees it: an index is an array of indices, an item a batch."""

    def __init__(self, split):
        self._split = split

    def __getitem__(self, indices):
        features, labels = self._split.gather(indices)
        return torch.from_numpy(features), torch.from_numpy(labels)


class _Order(torch.utils.data.Sampler):
    """The batches of the epoch that is to come; the loader and its processes stay from one to the next."""

    def __init__(self):
        self.batches = []

    def __iter__(self):
        return iter(self.batches)

    def __len__(self):
        return len(self.batches)
