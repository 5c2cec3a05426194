"""model.onnx: what the trial is for."""

import contextlib
import importlib
import importlib.util
import inspect
import os
import sys

import numpy as np
import torch

OPSET = 14
"""The operator set of the older exporter."""

DYNAMO_OPSET = 18
"""The oldest that the newer one writes."""

DYNAMO_SINCE = (2, 8)
TOLERANCE = 1e-3
"""How far an output may lie from the module's, relative or absolute: as in an import's comparison."""

# Where PyTorch keeps the step that adds ONNX Script functions: up to 2.8, and from 2.9 on.
_FUNCTION_STEPS = ("torch.onnx._internal.onnx_proto_utils", "torch.onnx._internal.torchscript_exporter.onnx_proto_utils")


def export_onnx(model, feature_shape, path, input_name="image"):
    """Writes the model with logits as `logits` [batch, classes] and a free batch dimension; whole or not at all.

    The file's answers are compared with the module's wherever ONNX Runtime is installed, as it is in the images.
    """
    model = model.to("cpu").to(memory_format=torch.contiguous_format).eval()
    example = torch.randn((2,) + tuple(feature_shape), generator=torch.Generator().manual_seed(1))
    temporary = path + ".tmp"
    with torch.no_grad():
        write_onnx(model, (example,), temporary, [input_name], ["logits"], {input_name: {0: "batch"}, "logits": {0: "batch"}}, OPSET)
        # One example more than it was exported with: a batch size that got into the file shows.
        sample = torch.cat([example, example[:1].neg()])
        check_equal(temporary, {input_name: sample.numpy()}, {"logits": model(sample).numpy()})
    os.replace(temporary, path)


def write_onnx(model, example, path, inputs, outputs, dynamic, opset):
    """torch.onnx.export with the exporter of this PyTorch: torch.export (dynamo) from 2.8 on, tracing before.

    dynamic: {input or output: {axis: name}}. A TorchScript module goes through the older exporter, since the newer one takes none.
    """
    if uses_dynamo(model):
        axes = {name: torch.export.Dim(name, min=1) for name in {name for of in dynamic.values() for name in of.values()}}
        shapes = _by_parameter(model, [{axis: axes[name] for axis, name in dynamic.get(given, {}).items()} for given in inputs])
        torch.onnx.export(model, example, path, input_names=inputs, output_names=outputs, dynamic_shapes=shapes,
                          opset_version=max(opset, DYNAMO_OPSET), dynamo=True, external_data=False, verbose=False)
        return
    # Before 2.5 there is nothing to choose.
    chosen = {"dynamo": False} if _version() >= (2, 5) else {}
    with without_onnx_package():
        torch.onnx.export(model, example, path, input_names=inputs, output_names=outputs, dynamic_axes=dynamic, opset_version=opset, **chosen)


def _by_parameter(model, shapes):
    """One entry for each parameter of forward; what lands behind a * is one of them."""
    for position, parameter in enumerate(inspect.signature(model.forward).parameters.values()):
        if parameter.kind is parameter.VAR_POSITIONAL:
            return tuple(shapes[:position]) + (tuple(shapes[position:]),)
    return tuple(shapes)


def uses_dynamo(model):
    """Whether the newer exporter writes this model. It needs a package that an environment of somebody's own may lack."""
    return _version() >= DYNAMO_SINCE and not isinstance(model, torch.jit.ScriptModule) and importlib.util.find_spec("onnxscript") is not None


def check_equal(path, inputs, outputs):
    """Raises ValueError where ONNX Runtime's answer to the inputs is not `outputs`, both by name."""
    if importlib.util.find_spec("onnxruntime") is None:
        print("%s is not compared with the module: onnxruntime is not installed here" % os.path.basename(path), file=sys.stderr, flush=True)
        return
    import onnxruntime
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for (name, wanted), answer in zip(outputs.items(), session.run(list(outputs), inputs)):
        if answer.shape != wanted.shape or not np.allclose(answer, wanted, rtol=TOLERANCE, atol=TOLERANCE):
            far = np.abs(answer - wanted).max() if answer.shape == wanted.shape else "shape %s for %s" % (answer.shape, wanted.shape)
            raise ValueError("model.onnx does not answer as the module it was exported from: output '%s' is off by %s" % (name, far))


def _version():
    return tuple(int(part) for part in torch.__version__.split("+")[0].split(".")[:2])


@contextlib.contextmanager
def without_onnx_package():
    """Lets the older exporter of PyTorch 2 write where the package `onnx` is not installed.

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
