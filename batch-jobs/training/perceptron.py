"""The network of the tabular jobs."""

from torch import nn

from .contract import NonRetryable


def build_model(parameters, feature_shape, outputs):
    """Blocks of linear layer, activation and dropout. Input [batch, columns], output [batch, outputs]."""
    if len(feature_shape) != 1:
        raise NonRetryable("a tabular job needs features of shape [columns], not %s" % list(feature_shape))
    activation = {"relu": nn.ReLU, "gelu": nn.GELU, "tanh": nn.Tanh}[parameters.activation]
    layers, width = [], feature_shape[0]
    for _ in range(parameters.layers):
        layers += [nn.Linear(width, parameters.hidden), activation(), nn.Dropout(parameters.dropout)]
        width = parameters.hidden
    return nn.Sequential(*layers, nn.Linear(width, outputs))
