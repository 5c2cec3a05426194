"""Turns a model into ONNX under the job contract.

The source comes as a dataset: a folder with `source` (the model's file, or a .zip of its folder), `sample.npy` or `sample.npz` (the
model's inputs, in their own types) and, for a PyTorch checkpoint, `model.py` with a function `build()` that returns the module. It leaves
`model.onnx`, `parity-input.npz` and `parity-output.npz`: what the original was given and what it answered, all inputs and all outputs by
their names in the ONNX model. ONNX Runtime's answer is compared with that before anything is published.
"""
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TENSORFLOW = "/opt/tensorflow/bin/python"
"""The image's interpreter that has TensorFlow: it cannot share an environment with PyTorch's exporter. Elsewhere this one may have it."""

sys.path.insert(0, os.path.join(HERE, "..", ".."))

from arrays import read_arrays, write_arrays  # noqa: E402
from training import parameters  # noqa: E402
from training.contract import EXIT_NON_RETRYABLE, Contract, NonRetryable, stop_with  # noqa: E402


def sample_path(folder):
    for name in ("sample.npz", "sample.npy"):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            return path
    raise NonRetryable("sample: there is neither sample.npy nor sample.npz")


def convert(kind, contract, arrays, path, opset):
    """Writes the ONNX model. Returns the inputs that were used and what the original answers to them, each by name."""
    if kind in ("torchscript", "pytorch"):
        from convert_torch import import_torch, load_checkpoint, load_torchscript
        module = (load_torchscript if kind == "torchscript" else load_checkpoint)(contract.dataset)
        return import_torch(module, arrays, path, opset)
    from convert_tensorflow import import_tensorflow, prepared
    source = prepared(kind, os.path.join(contract.dataset, "source"), os.path.join(contract.checkpoint, ".unpacked"))
    return import_tensorflow(kind, source, arrays, path, opset)


def main():
    contract = Contract()
    chosen = parameters.load(contract.params, os.path.join(HERE, "job.json"))
    if chosen.format not in ("torchscript", "pytorch") and os.path.exists(TENSORFLOW) and os.path.abspath(sys.executable) != TENSORFLOW:
        os.execv(TENSORFLOW, [TENSORFLOW] + sys.argv)
    arrays = read_arrays(sample_path(contract.dataset))
    model = os.path.join(contract.output, "model.onnx.tmp")
    inputs, outputs = convert(chosen.format, contract, arrays, model, chosen.opset)
    for name, output in outputs.items():
        if output.dtype.kind not in "biuf":
            raise NonRetryable("source: output '%s' is of type %s; numbers and booleans can be compared" % (name, output.dtype))
    write_arrays(os.path.join(contract.output, "parity-input.npz"), inputs)
    write_arrays(os.path.join(contract.output, "parity-output.npz"), outputs)
    os.replace(model, os.path.join(contract.output, "model.onnx"))
    first = next(iter(inputs.values()))
    with open(os.path.join(contract.output, "metrics.jsonl"), "a") as file:
        file.write(json.dumps({"epoch": contract.budget, "rows": len(first) if first.ndim else 1}) + "\n")


def run():
    """Imports, and ends the process where that cannot be done."""
    try:
        main()
    except NonRetryable as error:
        # One line: the runner reports the last one.
        stop_with(EXIT_NON_RETRYABLE, " ".join(str(error).split())[:1000])


if __name__ == "__main__":
    run()
