"""Trains a multi-layer perceptron on rows of numbers: `train.py` under the job contract (see `batch-jobs/README.md`)."""

import os
import sys

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from torch import nn  # noqa: E402

from training.contract import NonRetryable  # noqa: E402
from training.loop import main  # noqa: E402


def build_model(parameters, feature_shape, classes):
    """Blocks of linear layer, activation and dropout. Input [batch, features], output logits [batch, classes]."""
    if len(feature_shape) != 1:
        raise NonRetryable("tabular-classifier needs features of shape [columns], not %s" % list(feature_shape))
    activation = {"relu": nn.ReLU, "gelu": nn.GELU, "tanh": nn.Tanh}[parameters.activation]
    layers, width = [], feature_shape[0]
    for _ in range(parameters.layers):
        layers += [nn.Linear(width, parameters.hidden), activation(), nn.Dropout(parameters.dropout)]
        width = parameters.hidden
    return nn.Sequential(*layers, nn.Linear(width, classes))


if __name__ == "__main__":
    main(os.path.join(os.path.dirname(os.path.abspath(__file__)), "job.json"), build_model, input_name="row")
