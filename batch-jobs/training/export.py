"""model.onnx: what the trial is for."""

import inspect
import os

import torch

OPSET = 14


def export_onnx(model, feature_shape, path, input_name="image"):
    """Writes the model with logits as `logits` [batch, classes] and a free batch dimension; whole or not at all."""
    model = model.to("cpu").to(memory_format=torch.contiguous_format).eval()
    options = {}
    if "dynamo" in inspect.signature(torch.onnx.export).parameters:
        # The exporter that is the default from 2.9 on needs packages that a node may not have.
        options["dynamo"] = False
    temporary = path + ".tmp"
    with torch.no_grad():
        torch.onnx.export(
            model, (torch.zeros((1,) + tuple(feature_shape)),), temporary, input_names=[input_name], output_names=["logits"],
            dynamic_axes={input_name: {0: "batch"}, "logits": {0: "batch"}}, opset_version=OPSET, **options)
    os.replace(temporary, path)
