"""Batches on the device: straight from the memory map on a CPU, gathered ahead into pinned memory for a GPU."""

import concurrent.futures

import torch


class Batches:
    """Turns index arrays into (features, labels) tensors on the device."""

    def __init__(self, split, device):
        self._split = split
        self._device = device
        self._cuda = device.type == "cuda"

    def __call__(self, index_batches):
        """Yields a pair of tensors for each index array, in order."""
        if not self._cuda:
            for indices in index_batches:
                yield self._load(indices)
            return
        with concurrent.futures.ThreadPoolExecutor(1) as ahead:
            pending = None
            for indices in index_batches:
                following = ahead.submit(self._load, indices)
                if pending:
                    yield self._move(pending.result())
                pending = following
            if pending:
                yield self._move(pending.result())

    def _load(self, indices):
        features, labels = self._split.gather(indices)
        features, labels = torch.from_numpy(features), torch.from_numpy(labels)
        if self._cuda:
            return features.pin_memory(), labels.pin_memory()
        return (features.contiguous(memory_format=torch.channels_last) if features.dim() == 4 else features), labels

    def _move(self, pair):
        features, labels = pair
        layout = torch.channels_last if features.dim() == 4 else torch.contiguous_format
        return (features.to(self._device, non_blocking=True).contiguous(memory_format=layout),
                labels.to(self._device, non_blocking=True))
