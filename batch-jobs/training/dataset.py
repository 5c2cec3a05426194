"""Dataset shards as memory-mapped arrays: trials on one node share the pages, and nothing is copied but the batch."""

import json
import os
from typing import NamedTuple

import numpy as np


class Features(NamedTuple):
    """What an example is made of."""

    shape: tuple
    """The shape of one example."""

    indices: tuple = ()
    """Where a row's numbers are places in a list of categories or words: (offset, length, how many different ones), in their order."""


class Dataset:
    """A dataset version: manifest.json and its splits."""

    def __init__(self, folder):
        with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
            self.manifest = json.load(file)
        self._folder = folder
        self.feature_shape = tuple(self.manifest["featureShape"])
        self.features = Features(self.feature_shape, tuple(
            (int(span["offset"]), int(span["length"]), int(span["numbers"])) for span in self.manifest.get("indices") or ()))
        self.classes = int(self.manifest["classes"])
        self.task = self.manifest.get("task", "classification")
        self.targets = self.manifest.get("targets", [])
        # A class is a number; of a regression every example has a row of values, of several labels a 1 or 0 for each.
        widths = {"regression": len(self.targets), "multiLabel": self.classes}
        self._label = (np.dtype(np.float32), (widths[self.task],)) if self.task in widths else (np.dtype(np.int64), ())

    def split(self, name):
        """The split, or one without examples where the dataset has none of that name."""
        return Split(self._folder, self.manifest["splits"].get(name, {"shards": []})["shards"], self.feature_shape, *self._label)


class Split:
    """The examples of one split, across its shards, under indices 0 … len - 1."""

    def __init__(self, folder, shards, feature_shape, label_type=np.dtype(np.int64), label_shape=()):
        self.feature_shape = feature_shape
        self._label_type, self._label_shape = label_type, label_shape
        self.example_bytes = int(np.prod(feature_shape)) * np.dtype(np.float32).itemsize + int(np.prod(label_shape)) * label_type.itemsize
        self._features = []
        self._labels = []
        for shard in shards:
            features = np.load(os.path.join(folder, shard["features"]["file"]), mmap_mode="r")
            labels = np.load(os.path.join(folder, shard["labels"]["file"]), mmap_mode="r")
            if features.shape[1:] != feature_shape or labels.shape != (len(features),) + label_shape or labels.dtype != label_type:
                raise ValueError("shard %s holds %s features and %s labels of %s; the manifest says features of shape %s and labels of %s %s" % (
                    shard["features"]["file"], features.shape, labels.shape, labels.dtype, feature_shape, label_shape, label_type))
            self._features.append(features)
            self._labels.append(labels)
        self._starts = np.cumsum([0] + [len(labels) for labels in self._labels])

    def __len__(self):
        return int(self._starts[-1])

    def gather(self, indices):
        """(float32 features [n, *feature_shape], int64 labels [n] or float32 values [n, targets]) of the examples at these indices, in this order."""
        features = np.empty((len(indices),) + self.feature_shape, np.float32)
        labels = np.empty((len(indices),) + self._label_shape, self._label_type)
        owners = np.searchsorted(self._starts, indices, side="right") - 1
        for owner in np.unique(owners):
            where = np.nonzero(owners == owner)[0]
            local = indices[where] - self._starts[owner]
            features[where] = self._features[owner][local]
            labels[where] = self._labels[owner][local]
        return features, labels


def epoch_order(examples, seed, epoch):
    """The order of an epoch's examples: a function of seed and epoch alone, so that a resumed epoch goes on where it was."""
    return np.random.Generator(np.random.PCG64([seed, epoch])).permutation(examples)
