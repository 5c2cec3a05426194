"""TorchScript and PyTorch checkpoints to ONNX."""
import inspect
import os
import pickle
import runpy

import torch

from training.contract import Hopeless
from training.export import without_onnx_package


def load_torchscript(folder):
    try:
        return torch.jit.load(os.path.join(folder, "source"), map_location="cpu").eval()
    except (RuntimeError, ValueError) as error:
        raise Hopeless("source: it is not TorchScript: %s" % error) from error


def load_checkpoint(folder):
    """The module of model.py with the checkpoint's weights. The script runs, as any job's code does; nothing in the checkpoint does."""
    definition = os.path.join(folder, "model.py")
    if not os.path.exists(definition):
        raise Hopeless("definition: a PyTorch checkpoint needs model.py with a function build() that returns the module")
    build = _given("definition: model.py cannot be run", runpy.run_path, definition).get("build")
    if not callable(build):
        raise Hopeless("definition: model.py has no function build()")
    module = _given("definition: build() failed", build)
    if not isinstance(module, torch.nn.Module):
        raise Hopeless("definition: build() returned %s, not a torch.nn.Module" % type(module).__name__)
    state = load_weights(os.path.join(folder, "source"))
    try:
        module.load_state_dict(state)
    except RuntimeError as error:
        raise Hopeless("definition: the checkpoint does not fit the module that build() returns: %s" % error) from error
    return module.eval()


def load_weights(path):
    """A state_dict, by itself or under the key `state_dict`. weights_only refuses whatever would run code."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError) as error:
        raise Hopeless("source: it is not a checkpoint of plain weights (save model.state_dict()): %s" % error) from error
    if isinstance(state, dict) and isinstance(state.get("state_dict"), dict):
        state = state["state_dict"]
    if not isinstance(state, dict) or not state or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise Hopeless("source: it holds no state_dict; save model.state_dict(), by itself or under the key 'state_dict'")
    if all(name.startswith("module.") for name in state):
        state = {name[len("module."):]: value for name, value in state.items()}  # torch.nn.DataParallel wraps the model once more
    return state


def import_torch(module, sample, path, opset):
    """Writes the ONNX model and returns what the module answers to the sample."""
    tensor = torch.from_numpy(sample)
    with torch.no_grad():
        expected = _given("sample: the model does not take rows of shape %s" % list(sample.shape[1:]), module, tensor)
    if not isinstance(expected, torch.Tensor):
        raise Hopeless("source: the model must give one tensor, not %s" % type(expected).__name__)
    options = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    with torch.no_grad(), without_onnx_package():
        _given(
            "source: PyTorch %s cannot export the model" % torch.__version__, torch.onnx.export,
            module, (tensor[:1].clone(),), path, input_names=["input"], output_names=["output"],
            dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}}, opset_version=opset, **options)
    return expected.to(torch.float32).numpy()


def _given(what, function, *arguments, **named):
    """Calls what the user gave: whatever it raises is the user's to mend, but for memory that ran out."""
    try:
        return function(*arguments, **named)
    except MemoryError:
        raise
    except Exception as error:
        raise Hopeless("%s: %s: %s" % (what, type(error).__name__, error)) from error
