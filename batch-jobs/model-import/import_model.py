"""Turns a model into ONNX under the job contract.

The source comes as a dataset: a folder with `source` (the model's file, or a .zip of its folder), `sample.npy` (float32, first dimension
the batch) and, for a PyTorch checkpoint, `model.py` with a function `build()` that returns the module. It leaves `model.onnx`,
`parity-input.npy` and `parity-output.npy`: what the original answers to the sample. ONNX Runtime's answer is compared with that before
anything is published.
"""
import json
import os
import sys

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))

from training import parameters  # noqa: E402
from training.contract import EXIT_HOPELESS, Contract, Hopeless, stop_with  # noqa: E402


def read_sample(path):
    try:
        sample = numpy.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise Hopeless("sample: it is not a .npy file of plain numbers: %s" % error) from error
    if not isinstance(sample, numpy.ndarray) or sample.dtype != numpy.float32 or sample.ndim < 1 or len(sample) < 1:
        raise Hopeless("sample: it must hold one array of float32 with at least one row")
    return numpy.ascontiguousarray(sample)


def convert(kind, contract, sample, path, opset):
    """Writes the ONNX model. Returns the sample that was used and what the original answers to it."""
    if kind in ("torchscript", "pytorch"):
        from convert_torch import import_torch, load_checkpoint, load_torchscript
        module = (load_torchscript if kind == "torchscript" else load_checkpoint)(contract.dataset)
        # Exported with one row and compared on more, so that a batch size baked into the model shows.
        sample = sample if len(sample) > 1 else numpy.repeat(sample, 2, axis=0)
        return sample, import_torch(module, sample, path, opset)
    from convert_tensorflow import import_tensorflow, prepared
    source = prepared(kind, os.path.join(contract.dataset, "source"), os.path.join(contract.checkpoint, ".unpacked"))
    return sample, import_tensorflow(kind, source, sample, path, opset)


def main():
    contract = Contract()
    chosen = parameters.load(contract.params, os.path.join(HERE, "job.json"))
    sample = read_sample(os.path.join(contract.dataset, "sample.npy"))
    model = os.path.join(contract.output, "model.onnx.tmp")
    sample, expected = convert(chosen.format, contract, sample, model, chosen.opset)
    if expected.ndim < 1 or len(expected) != len(sample):
        raise Hopeless("source: the model must give one tensor with a row for each row of the sample, not %s for %d" % (list(expected.shape), len(sample)))
    numpy.save(os.path.join(contract.output, "parity-input.npy"), sample)
    numpy.save(os.path.join(contract.output, "parity-output.npy"), numpy.ascontiguousarray(expected, dtype=numpy.float32))
    os.replace(model, os.path.join(contract.output, "model.onnx"))
    with open(os.path.join(contract.output, "metrics.jsonl"), "a") as file:
        file.write(json.dumps({"epoch": contract.budget, "rows": len(sample)}) + "\n")


if __name__ == "__main__":
    try:
        main()
    except Hopeless as error:
        # One line: the runner reports the last one.
        stop_with(EXIT_HOPELESS, " ".join(str(error).split())[:1000])
