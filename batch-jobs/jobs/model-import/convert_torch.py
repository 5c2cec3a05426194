"""TorchScript and PyTorch checkpoints to ONNX."""
import inspect
import os
import pickle
import runpy

import numpy
import torch

from arrays import UNNAMED, bind, shared_rows
from training.contract import NonRetryable
from training.export import uses_dynamo, write_onnx


def load_torchscript(folder):
    try:
        return torch.jit.load(os.path.join(folder, "source"), map_location="cpu").eval()
    except (RuntimeError, ValueError) as error:
        raise NonRetryable("source: it is not TorchScript: %s" % error) from error


def load_checkpoint(folder):
    """The module of model.py with the checkpoint's weights. The script runs, as any job's code does; nothing in the checkpoint does."""
    definition = os.path.join(folder, "model.py")
    if not os.path.exists(definition):
        raise NonRetryable("definition: a PyTorch checkpoint needs model.py with a function build() that returns the module")
    build = _given("definition: model.py cannot be run", runpy.run_path, definition).get("build")
    if not callable(build):
        raise NonRetryable("definition: model.py has no function build()")
    module = _given("definition: build() failed", build)
    if not isinstance(module, torch.nn.Module):
        raise NonRetryable("definition: build() returned %s, not a torch.nn.Module" % type(module).__name__)
    state = load_weights(os.path.join(folder, "source"))
    try:
        module.load_state_dict(state)
    except RuntimeError as error:
        raise NonRetryable("definition: the checkpoint does not fit the module that build() returns: %s" % error) from error
    return module.eval()


def load_weights(path):
    """A state_dict, by itself or under the key `state_dict`. weights_only refuses whatever would run code."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError) as error:
        raise NonRetryable("source: it is not a checkpoint of plain weights (save model.state_dict()): %s" % error) from error
    if isinstance(state, dict) and isinstance(state.get("state_dict"), dict):
        state = state["state_dict"]
    if not isinstance(state, dict) or not state or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise NonRetryable("source: it holds no state_dict; save model.state_dict(), by itself or under the key 'state_dict'")
    if all(name.startswith("module.") for name in state):
        state = {name[len("module."):]: value for name, value in state.items()}  # torch.nn.DataParallel wraps the model once more
    return state


def import_torch(module, arrays, path, opset):
    """Writes the ONNX model. Returns the inputs that were used and what the module answers to them, each by its name in the ONNX model."""
    inputs = _inputs(module, arrays)
    rows = shared_rows(inputs)
    # Exported with fewer rows than it is compared on, so that a batch size baked into the model shows. torch.export takes one row for a constant.
    few = 2 if uses_dynamo(module) else 1
    if rows and rows <= few:
        inputs = {name: numpy.repeat(array, few + 1, axis=0)[:few + 1] if array.ndim else array for name, array in inputs.items()}
    example = {name: array[:few] if array.ndim else array for name, array in inputs.items()} if rows else inputs
    outputs = _answer(module, inputs)
    short = _answer(module, example)
    taken = set(inputs)
    names = {name: _free(name, taken) for name in outputs}
    dynamic = {}
    if rows:
        dynamic.update({name: {0: "batch"} for name, array in inputs.items() if array.ndim})
        dynamic.update({
            names[name]: {0: "batch"} for name, array in outputs.items() if _has_rows(array, max(rows, few + 1)) and _has_rows(short[name], few)})
    with torch.no_grad():
        _given(
            "source: PyTorch %s cannot export the model" % torch.__version__, write_onnx,
            _flat(module), tuple(_tensors(example)), path, list(inputs), list(names.values()), dynamic, opset)
    return inputs, {names[name]: array for name, array in outputs.items()}


class Flat(torch.nn.Module):
    """A module that answers with a tuple of tensors, whatever the one within answers with."""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, *inputs):
        return tuple(_named(self.module(*inputs)).values())


def _flat(module):
    # TorchScript is exported as it is: tracing it would lose its loops and branches.
    return module if isinstance(module, torch.jit.ScriptModule) else Flat(module).eval()


def _inputs(module, arrays):
    """The sample's arrays by the names of the module's arguments, in their order. A .npy alone is called `input`."""
    if UNNAMED in arrays:
        _check_given(_arguments(module, ["input"]), 1)
        return {"input": arrays[UNNAMED]}
    arguments = _arguments(module, list(arrays))
    bound = bind(arrays, [name for name, _ in arguments])
    _check_given(arguments, len(bound), bound)
    return bound


def _check_given(arguments, count, given=None):
    """Arguments are passed in order, so those that are given come first; those after them must have defaults."""
    for position, (name, has_default) in enumerate(arguments):
        missing = position >= count if given is None else name not in given
        if missing and (not has_default or position < count):
            raise NonRetryable("sample: it lacks the input '%s'; the model takes %s" % (name, ", ".join(each for each, _ in arguments)))


def _arguments(module, names):
    """(name, has a default) of each argument of forward. `names` stand for those behind a *."""
    if isinstance(module, torch.jit.ScriptModule):
        schema = _given("source: it has no method forward", lambda: module.forward.schema)
        return [(argument.name, argument.has_default_value()) for argument in schema.arguments[1:]]
    found = []
    for parameter in inspect.signature(module.forward).parameters.values():
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            found.append((parameter.name, parameter.default is not parameter.empty))
        elif parameter.kind == parameter.VAR_POSITIONAL:
            found += [(name, True) for name in names if name not in dict(found)]
    return found


def _tensors(arrays):
    return [_given("sample: PyTorch does not take '%s', %s" % (name, array.dtype), torch.from_numpy, array.copy()) for name, array in arrays.items()]


def _answer(module, inputs):
    tensors = _tensors(inputs)
    shapes = ", ".join("%s of shape %s" % (name, list(array.shape)) for name, array in inputs.items())
    with torch.no_grad():
        answer = _given("sample: the model does not take %s (the first dimension is the batch)" % shapes, module, *tensors)
    if isinstance(module, torch.jit.ScriptModule) and isinstance(answer, dict):
        raise NonRetryable("source: TorchScript must answer with tensors or a tuple of them, not with a dictionary")
    return {
        name: _given("source: output '%s' is of type %s, which NumPy has not" % (name, tensor.dtype), tensor.detach().cpu().numpy)
        for name, tensor in _named(answer).items()}


def _named(answer):
    """The tensors of an answer by name: `output`, `output_0`, …, or the keys of a dictionary or a named tuple."""
    if isinstance(answer, torch.Tensor):
        return {"output": answer}
    if isinstance(answer, dict):
        named = {str(name): value for name, value in answer.items()}
    elif isinstance(answer, (tuple, list)):
        names = getattr(answer, "_fields", ["output_%d" % i for i in range(len(answer))])
        named = dict(zip(names, answer))
    else:
        named = {}
    if not named or not all(isinstance(value, torch.Tensor) for value in named.values()):
        raise NonRetryable("source: the model must answer with a tensor, or with a tuple, list or dictionary of tensors, not with %s" % _shown(answer))
    return named


def _shown(answer):
    if isinstance(answer, dict):
        return "a dictionary of %s" % (", ".join(type(value).__name__ for value in answer.values()) or "nothing")
    if isinstance(answer, (tuple, list)):
        return "a %s of %s" % (type(answer).__name__, ", ".join(type(value).__name__ for value in answer) or "nothing")
    return type(answer).__name__


def _has_rows(array, rows):
    return array.ndim > 0 and array.shape[0] == rows


def _free(name, taken):
    """A name that no input or other output has: names are unique in an ONNX graph."""
    while name in taken:
        name += "_out"
    taken.add(name)
    return name


def _given(what, function, *arguments, **named):
    """Calls what the user gave: whatever it raises is the user's to mend, but for memory that ran out."""
    try:
        return function(*arguments, **named)
    except (MemoryError, NonRetryable):
        raise
    except Exception as error:
        raise NonRetryable("%s: %s: %s" % (what, type(error).__name__, error)) from error
