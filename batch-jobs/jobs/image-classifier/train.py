"""Trains a small convolutional network on images: `train.py` under the job contract (see `batch-jobs/README.md`)."""

import os
import sys

sys.path.append(os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")))

from torch import nn  # noqa: E402

from training.contract import NonRetryable  # noqa: E402
from training.loop import main  # noqa: E402


def build_model(parameters, features, classes):
    """Two convolutions with pooling, then a hidden layer. Input [batch, channels, height, width], output logits [batch, classes]."""
    if len(features.shape) != 3:
        raise NonRetryable("image-classifier needs features of shape [channels, height, width], not %s" % list(features.shape))
    inputs, height, width = features.shape
    channels = parameters.channels
    rest = (height // 4, width // 4)
    if not all(rest):
        raise NonRetryable("image-classifier needs images of at least 4x4, not %dx%d" % (height, width))
    # The fully connected layers are written as convolutions: the same arithmetic, and several times faster
    # with PyTorch builds whose matrix product is the plain reference one (Debian's).
    return nn.Sequential(
        nn.Conv2d(inputs, channels, 5, padding=2), nn.MaxPool2d(2), nn.ReLU(),
        nn.Conv2d(channels, 2 * channels, 3, padding=1), nn.MaxPool2d(2), nn.ReLU(),
        nn.Conv2d(2 * channels, parameters.hidden, rest), nn.ReLU(),
        nn.Dropout(parameters.dropout),
        nn.Conv2d(parameters.hidden, classes, 1), nn.Flatten())


if __name__ == "__main__":
    main(os.path.join(os.path.dirname(os.path.abspath(__file__)), "job.json"), build_model, input_name="image")
