"""The checkpoint file: everything a later process needs to go on as if nothing had happened."""

import os

import torch

FILE = "checkpoint.pt"


def save(folder, state):
    """Writes the checkpoint under a temporary name and renames it: it is there whole or not at all."""
    path = os.path.join(folder, FILE)
    temporary = path + ".tmp"
    with open(temporary, "wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def load(folder):
    """The last checkpoint, or None."""
    path = os.path.join(folder, FILE)
    if not os.path.exists(path):
        return None
    # 1.x knows weights_only but cannot read a plain float with it. The file is this trial's own, checked by its hash.
    return torch.load(path, map_location="cpu", weights_only=not torch.__version__.startswith("1."))
