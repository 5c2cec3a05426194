"""Turns a model into ONNX under the job contract.

The source comes as a dataset: a folder with `source` (the model's file, or a .zip of its folder), `sample.npy` (float32, first dimension
the batch) and, for a PyTorch checkpoint, `model.py` with a function `build()` that returns the module. It leaves `model.onnx`,
`parity-input.npy` and `parity-output.npy`: what the original answers to the sample. ONNX Runtime's answer is compared with that before
anything is published.
"""
import json
import os
import runpy
import sys
import zipfile

import numpy

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from training.contract import EXIT_HOPELESS, Contract, Hopeless, stop_with  # noqa: E402


def load_torchscript(folder):
    import torch
    try:
        return torch.jit.load(os.path.join(folder, "source"), map_location="cpu").eval()
    except (RuntimeError, ValueError) as error:
        raise Hopeless("the source is not TorchScript: %s" % error)


def load_checkpoint(folder):
    import torch
    definition = os.path.join(folder, "model.py")
    if not os.path.exists(definition):
        raise Hopeless("a PyTorch checkpoint needs model.py with a function build() that returns the module")
    build = runpy.run_path(definition).get("build")
    if not callable(build):
        raise Hopeless("model.py has no function build()")
    module = build()
    try:
        state = torch.load(os.path.join(folder, "source"), map_location="cpu")
        state = state.get("state_dict", state) if isinstance(state, dict) else state
        module.load_state_dict(state)
    except Exception as error:  # whatever unpickling a foreign file raises
        raise Hopeless("the checkpoint does not fit the module that build() returns: %s" % error)
    return module.eval()


def import_torch(module, sample, path, opset):
    import inspect

    import torch
    from training.export import without_onnx_package
    tensor = torch.from_numpy(sample)
    with torch.no_grad():
        expected = module(tensor)
    if not isinstance(expected, torch.Tensor) or expected.shape[:1] != tensor.shape[:1]:
        raise Hopeless("the model must give one tensor with a row for each row of the sample")
    options = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    with torch.no_grad(), without_onnx_package():
        torch.onnx.export(
            module, (tensor,), path, input_names=["input"], output_names=["output"],
            dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}}, opset_version=opset, **options)
    return expected.to(torch.float32).numpy()


def unpacked(folder, work):
    """The source, unpacked if it is a .zip; no entry may lead outside."""
    source = os.path.join(folder, "source")
    if not zipfile.is_zipfile(source):
        return source
    with zipfile.ZipFile(source) as archive:
        for name in archive.namelist():
            if os.path.isabs(name) or ".." in name.replace("\\", "/").split("/"):
                raise Hopeless("the archive names the file '%s' outside its folder" % name)
        archive.extractall(work)
    return work


def main():
    contract = Contract()
    with open(contract.params) as file:
        params = json.load(file)
    kind = params.get("format", "torchscript")
    opset = int(params.get("opset", 14))
    sample = numpy.ascontiguousarray(numpy.load(os.path.join(contract.dataset, "sample.npy"), allow_pickle=False))
    if sample.dtype != numpy.float32 or sample.ndim < 1 or len(sample) < 1:
        raise Hopeless("sample.npy must hold float32 with at least one row")
    model = os.path.join(contract.output, "model.onnx.tmp")
    if kind == "torchscript":
        expected = import_torch(load_torchscript(contract.dataset), sample, model, opset)
    elif kind == "pytorch":
        expected = import_torch(load_checkpoint(contract.dataset), sample, model, opset)
    else:
        from convert_tensorflow import import_tensorflow
        expected = import_tensorflow(kind, unpacked(contract.dataset, os.path.join(contract.checkpoint, ".unpacked")), sample, model, opset)
    numpy.save(os.path.join(contract.output, "parity-input.npy"), sample)
    numpy.save(os.path.join(contract.output, "parity-output.npy"), numpy.ascontiguousarray(expected, dtype=numpy.float32))
    os.replace(model, os.path.join(contract.output, "model.onnx"))
    with open(os.path.join(contract.output, "metrics.jsonl"), "a") as file:
        file.write(json.dumps({"epoch": contract.budget, "rows": len(sample)}) + "\n")


if __name__ == "__main__":
    try:
        main()
    except Hopeless as error:
        stop_with(EXIT_HOPELESS, str(error))
