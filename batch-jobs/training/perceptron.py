"""The network of the tabular jobs."""

from torch import nn

from .contract import NonRetryable
from .rows import Rows


def build_model(parameters, features, outputs):
    """Blocks of linear layer, activation and dropout. Input [batch, columns], output [batch, outputs]."""
    if len(features.shape) != 1:
        raise NonRetryable("a tabular job needs features of shape [columns], not %s" % list(features.shape))
    activation = {"relu": nn.ReLU, "gelu": nn.GELU, "tanh": nn.Tanh}[parameters.activation]
    layers, width = [], features.shape[0]
    if features.indices:
        rows = Rows(features, parameters.embedding)
        layers, width = [rows], rows.width
    for _ in range(parameters.layers):
        layers += [nn.Linear(width, parameters.hidden), activation(), nn.Dropout(parameters.dropout)]
        width = parameters.hidden
    return nn.Sequential(*layers, nn.Linear(width, outputs))
