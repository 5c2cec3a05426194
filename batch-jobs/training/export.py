"""model.onnx: what the trial is for."""

import contextlib
import importlib
import importlib.util
import inspect
import os

import torch

OPSET = 14

# Where PyTorch keeps the step that adds ONNX Script functions: up to 2.8, and from 2.9 on.
_FUNCTION_STEPS = ("torch.onnx._internal.onnx_proto_utils", "torch.onnx._internal.torchscript_exporter.onnx_proto_utils")


def export_onnx(model, feature_shape, path, input_name="image"):
    """Writes the model with logits as `logits` [batch, classes] and a free batch dimension; whole or not at all."""
    model = model.to("cpu").to(memory_format=torch.contiguous_format).eval()
    options = {}
    if "dynamo" in inspect.signature(torch.onnx.export).parameters:
        # The exporter that is the default from 2.9 on needs packages that a node may not have.
        options["dynamo"] = False
    temporary = path + ".tmp"
    with torch.no_grad(), without_onnx_package():
        torch.onnx.export(
            model, (torch.zeros((1,) + tuple(feature_shape)),), temporary, input_names=[input_name], output_names=["logits"],
            dynamic_axes={input_name: {0: "batch"}, "logits": {0: "batch"}}, opset_version=OPSET, **options)
    os.replace(temporary, path)


@contextlib.contextmanager
def without_onnx_package():
    """Lets PyTorch 2 export where the package `onnx` is not installed.

    PyTorch writes the model itself; it imports the package only to add a model's ONNX Script functions, and our models have none.
    """
    undo = []
    if importlib.util.find_spec("onnx") is None:
        for name in _FUNCTION_STEPS:
            try:
                module = importlib.import_module(name)
            except ImportError:
                continue
            step = getattr(module, "_add_onnxscript_fn", None)
            if step:
                undo.append((module, step))
                module._add_onnxscript_fn = lambda model_bytes, *_: model_bytes
    try:
        yield
    finally:
        for module, step in undo:
            module._add_onnxscript_fn = step
