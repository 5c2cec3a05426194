import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import types
import unittest
import zipfile
from unittest import mock

from support import JOBS, FolderTestCase, job_environment

sys.path.insert(0, os.path.join(JOBS, "jobs", "model-import"))

try:
    import import_model
    import numpy
    import torch
except ImportError:
    torch = None

DEFINITION = """
from torch import nn

def build():
    return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
"""

# Stands in for TensorFlow, which cannot be installed here: a model that doubles its inputs.
TENSORFLOW = """
import os, types
import numpy
TensorSpec = lambda shape, dtype, name: types.SimpleNamespace(shape=shape, dtype=dtype, name=name)
constant = numpy.asarray
nest = types.SimpleNamespace(flatten=lambda answer: answer if isinstance(answer, list) else [answer])

class Model:
    def __init__(self, count):
        self.input_names = ["in_%d" % i for i in range(count)]
        self.output_names = ["out_%d" % i for i in range(count)]

    def __call__(self, inputs, training):
        assert not training
        return [2 * value for value in inputs] if isinstance(inputs, list) else 2 * inputs

def load_model(path, compile):
    assert path.endswith((".h5", ".keras")) and os.path.isfile(path), path
    return Model(2 if b"two" in open(path, "rb").read() else 1)

keras = types.SimpleNamespace(models=types.SimpleNamespace(load_model=load_model))

class Signature:
    structured_input_signature = ((), {name: types.SimpleNamespace(dtype=types.SimpleNamespace(as_numpy_dtype=kind))
                                       for name, kind in (("x", numpy.float32), ("n", numpy.int64))})

    def __call__(self, x, n):
        return {"y": 2 * x, "m": 2 * n}

def load(path):
    with open(os.path.join(path, "saved_model.pb")) as file:
        return types.SimpleNamespace(signatures={} if file.read() == "unsigned" else {"serving_default": Signature()})

saved_model = types.SimpleNamespace(load=load)

class Interpreter:
    def __init__(self, model_path):
        with open(model_path) as file:
            self.rows, self.count = [int(word) for word in file.read().split()]
        self.values = {}
        self.shapes = {}

    def get_input_details(self):
        return [{"name": "serving_default_x%d:0" % i, "index": i, "dtype": numpy.float32, "shape": [1, 4], "shape_signature": [self.rows, 4]}
                for i in range(self.count)]

    def get_output_details(self):
        return [{"name": "StatefulPartitionedCall:%d" % i, "index": i + 10} for i in range(self.count)]

    def resize_tensor_input(self, index, shape):
        self.shapes[index] = tuple(shape)

    def allocate_tensors(self):
        pass

    def set_tensor(self, index, value):
        assert value.shape == self.shapes[index]
        self.values[index] = value

    def invoke(self):
        pass

    def get_tensor(self, index):
        return 2 * self.values[index - 10]

lite = types.SimpleNamespace(Interpreter=Interpreter)
"""

# Stands in for tf2onnx: the API and the command line as version 1.16 has them, writing down what they were asked for.
TF2ONNX = """
import json, os, sys

def write(kind, opset, output_path, signature=()):
    if os.environ.get("FAKE_TF2ONNX_FAILS"):
        raise NotImplementedError("operator Weird\\nis not supported")
    with open(output_path, "w") as file:
        json.dump({"kind": kind, "opset": opset, "signature": [[entry.name, str(entry.dtype), entry.shape] for entry in signature]}, file)

def from_tflite(tflite_path, input_names=None, output_names=None, opset=None, output_path=None):
    write("tflite", opset, output_path)

def from_keras(model, input_signature=None, opset=None, output_path=None):
    write("keras", opset, output_path, input_signature)

if __name__ == "__main__":
    import argparse
    parser = argparse.ArgumentParser()
    parser.add_argument("--saved-model")
    parser.add_argument("--signature_def")
    parser.add_argument("--opset", type=int)
    parser.add_argument("--output")
    arguments = parser.parse_args()
    assert os.path.isfile(os.path.join(arguments.saved_model, "saved_model.pb")) and arguments.signature_def == "serving_default"
    write("savedmodel", arguments.opset, arguments.output)
"""


def archive(*names, content="x"):
    text, content = content, io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name in names:
            file.writestr(name, text)
    return content.getvalue()


@unittest.skipIf(torch is None, "this interpreter has no PyTorch")
class ImportTestCase(FolderTestCase):
    environment = {}

    def sample(self, array=None, **arrays):
        self.make("staged")
        for old in ("sample.npy", "sample.npz"):
            if os.path.exists(os.path.join(self.folder, "staged", old)):
                os.remove(os.path.join(self.folder, "staged", old))
        if array is not None:
            numpy.save(os.path.join(self.folder, "staged", "sample.npy"), array, allow_pickle=True)
        else:
            numpy.savez(os.path.join(self.folder, "staged", "sample.npz"), **arrays)

    def run_import(self, parameters):
        if not any(os.path.exists(os.path.join(self.folder, "staged", "sample" + end)) for end in (".npy", ".npz")):
            self.sample(numpy.random.RandomState(1).randn(3, 4).astype(numpy.float32))
        shutil.rmtree(os.path.join(self.folder, "trial"), ignore_errors=True)
        trial = self.make("trial")
        environment = dict(job_environment(trial, self.make("staged"), parameters, DML_BUDGET=1), **self.environment)
        return self.run_script(environment), os.path.join(trial, "output")

    def run_script(self, environment):
        return subprocess.run([sys.executable, "-B", os.path.join(JOBS, "jobs", "model-import", "import_model.py")], env=environment, timeout=120,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)

    def succeed(self, **parameters):
        process, output = self.run_import(parameters)
        self.assertEqual(process.returncode, 0, process.stderr)
        with open(os.path.join(output, "model.onnx"), "rb") as file:
            model = file.read()
        return [dict(numpy.load(os.path.join(output, "parity-%s.npz" % name))) for name in ("input", "output")] + [model]

    def refuse(self, *words, **parameters):
        process, output = self.run_import(parameters)
        self.assertEqual(process.returncode, 64, process.stderr)
        for word in words:
            self.assertIn(word, process.stderr.strip().splitlines()[-1])
        self.assertFalse(os.path.exists(os.path.join(output, "model.onnx")))


class ProcessTests(ImportTestCase):
    """The script as a job starts it."""

    def test_it_ends_with_0_or_64_and_one_line(self):
        self.make("staged")
        torch.jit.save(torch.jit.script(torch.nn.Linear(4, 3)), os.path.join(self.folder, "staged", "source"))
        self.succeed()
        self.write("staged/source", "no model")
        self.refuse("source: it is not TorchScript")


class TorchImportTests(ImportTestCase):
    def run_script(self, environment):
        """In this process, which has PyTorch loaded."""
        said = io.StringIO()
        code = 0
        with mock.patch.dict(os.environ, environment), contextlib.redirect_stderr(said):
            try:
                import_model.run()
            except SystemExit as ended:
                code = ended.code
        return types.SimpleNamespace(returncode=code, stderr=said.getvalue())

    def script(self, model):
        self.make("staged")
        torch.jit.save(torch.jit.script(model), os.path.join(self.folder, "staged", "source"))

    def checkpoint(self, content):
        self.make("staged")
        torch.save(content, os.path.join(self.folder, "staged", "source"))

    def test_torchscript_becomes_onnx_with_its_own_answer_beside_it(self):
        model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Softmax(1))
        self.script(model)
        sample, answer, onnx = self.succeed()
        numpy.testing.assert_allclose(answer["output"], model(torch.from_numpy(sample["input"])).detach().numpy(), atol=1e-6)
        for name in (b"input", b"output", b"batch"):
            self.assertIn(name, onnx)

    def test_a_sample_of_one_row_is_checked_on_two(self):
        self.script(torch.nn.Linear(4, 3))
        self.sample(numpy.ones((1, 4), numpy.float32))
        sample, answer, _ = self.succeed()
        self.assertEqual((sample["input"].shape, answer["output"].shape), ((2, 4), (2, 3)))

    def test_several_inputs_and_outputs_of_several_types_go_by_name(self):
        self.script(Gate())
        x = numpy.arange(12, dtype=numpy.float64).reshape(3, 4)
        self.sample(keep=numpy.array([True, False, True]), x=x, index=numpy.array([3, 0, 1], numpy.int64))
        sample, answer, onnx = self.succeed()
        self.assertEqual({name: str(array.dtype) for name, array in sample.items()}, {"x": "float64", "index": "int64", "keep": "bool"})
        numpy.testing.assert_array_equal(answer["output_0"], [3, 0, 9])
        numpy.testing.assert_array_equal(answer["output_1"], [4, 1, 2])
        self.assertEqual((answer["output_0"].dtype, answer["output_1"].dtype), (numpy.float64, numpy.int64))
        self.assertEqual(onnx.count(b"batch") >= 5, True, "every input and output has an open batch")

    def test_numbered_arrays_go_by_order(self):
        self.script(Gate())
        self.sample(arr_0=numpy.ones((2, 4)), arr_1=numpy.zeros(2, numpy.int64), arr_2=numpy.ones(2, bool))
        self.assertEqual(list(self.succeed()[0]), ["x", "index", "keep"])

    def test_inputs_that_do_not_share_their_first_dimension_keep_their_shapes(self):
        self.write("staged/model.py", "import torch\nclass Table(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n"
                   "        self.scale = torch.nn.Parameter(torch.ones(1))\n    def forward(self, rows, table): return {'found': table[rows] * self.scale}\n"
                   "def build(): return Table()\n")
        self.checkpoint({"scale": torch.full((1,), 3.0)})
        self.sample(rows=numpy.array([1, 0, 2, 1], numpy.int32).astype(numpy.int64), table=numpy.eye(3, dtype=numpy.float32))
        sample, answer, onnx = self.succeed(format="pytorch")
        self.assertEqual(sample["rows"].shape, (4,))
        numpy.testing.assert_array_equal(answer["found"], 3 * numpy.eye(3)[[1, 0, 2, 1]])
        self.assertNotIn(b"\x05batch", onnx)

    def test_a_sample_that_names_other_inputs_is_refused_with_those_there_are(self):
        self.script(Gate())
        self.sample(x=numpy.ones((2, 4)), other=numpy.ones(2))
        self.refuse("sample", "'other'", "x, index, keep")
        self.sample(x=numpy.ones((2, 4)), keep=numpy.ones(2, bool))
        self.refuse("sample", "lacks the input 'index'")
        self.sample(numpy.ones((2, 4)))
        self.refuse("sample", "lacks the input 'index'")

    def test_an_output_without_rows_is_kept_as_it_is(self):
        self.script(Sum())
        _, answer, _ = self.succeed()
        self.assertEqual(answer["output"].shape, ())

    def test_weights_under_a_key_and_from_data_parallel_are_found(self):
        self.write("staged/model.py", DEFINITION)
        model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3))
        self.checkpoint({"state_dict": {"module." + name: value for name, value in model.state_dict().items()}})
        sample, answer, _ = self.succeed(format="pytorch")
        numpy.testing.assert_allclose(answer["output"], model(torch.from_numpy(sample["input"])).detach().numpy(), atol=1e-6)

    def test_a_checkpoint_that_would_run_code_is_refused_and_does_not_run_it(self):
        trap = os.path.join(self.folder, "sprung")
        self.write("staged/model.py", DEFINITION)
        self.checkpoint({"state_dict": Trap(trap)})
        self.refuse("source", "plain weights", format="pytorch")
        self.assertFalse(os.path.exists(trap))

    def test_a_definition_that_does_not_fit_or_work_is_refused(self):
        self.checkpoint(torch.nn.Linear(4, 3).state_dict())
        self.refuse("definition", "model.py", format="pytorch")
        self.write("staged/model.py", "def build(): raise KeyError('size')")
        self.refuse("definition", "KeyError", format="pytorch")
        self.write("staged/model.py", DEFINITION)
        self.refuse("definition", "does not fit", format="pytorch")

    def test_a_sample_that_does_not_fit_is_refused(self):
        self.script(torch.nn.Linear(5, 3))
        self.refuse("sample", "[3, 4]")
        self.sample(numpy.zeros((0, 5), numpy.float32))
        self.refuse("sample", "at least one row")
        self.sample(numpy.array([{}], object))
        self.refuse("sample", "plain numbers")
        self.sample(numpy.array(["text"]))
        self.refuse("sample", "plain numbers")
        self.write("staged/sample.npy", archive("x.npy"))
        self.refuse("sample")

    def test_unknown_formats_and_answers_that_are_no_tensors_are_refused(self):
        self.script(torch.nn.Linear(4, 3))
        self.refuse("format", format="caffe")
        self.script(Shape())
        self.refuse("source", "list of int")


class TensorFlowImportTests(ImportTestCase):
    """Everything around the conversion; tf2onnx and TensorFlow themselves are stood in for."""

    def setUp(self):
        super().setUp()
        self.write("fakes/tensorflow.py", TENSORFLOW)
        self.write("fakes/tf2onnx/__init__.py", "")
        self.write("fakes/tf2onnx/convert.py", TF2ONNX)
        self.environment = {"PYTHONPATH": os.path.join(self.folder, "fakes")}

    def converted(self, kind):
        sample, answer, model = self.succeed(format=kind)
        for given, got in zip(sample.values(), answer.values()):
            numpy.testing.assert_array_equal(got, 2 * given)
        return json.loads(model), list(sample), list(answer)

    def test_keras_files_get_the_extension_that_keras_goes_by(self):
        for content in (b"\x89HDF\r\n\x1a\nrest", archive("config.json", "model.weights.h5")):
            self.write("staged/source", content)
            self.assertEqual(self.converted("keras"), (
                {"kind": "keras", "opset": 14, "signature": [["in_0", "float32", [None, 4]]]}, ["in_0"], ["out_0"]))

    def test_keras_models_of_several_inputs_and_outputs_keep_their_names(self):
        self.write("staged/source", b"\x89HDF\r\n\x1a\ntwo")
        self.sample(in_1=numpy.ones((2, 3), numpy.int32), in_0=numpy.ones((2, 4), numpy.float32))
        self.assertEqual(self.converted("keras"), (
            {"kind": "keras", "opset": 14, "signature": [["in_0", "float32", [None, 4]], ["in_1", "int32", [None, 3]]]},
            ["in_0", "in_1"], ["out_0", "out_1"]))
        self.sample(in_0=numpy.ones((2, 4), numpy.float32))
        self.refuse("sample", "lacks the input 'in_1'", format="keras")

    def test_a_saved_model_is_found_in_its_archive_and_converted_by_its_signature(self):
        self.write("staged/source", archive("net/saved_model.pb", "net/variables/variables.index"))
        self.sample(x=numpy.ones((2, 4), numpy.float32), n=numpy.ones(2, numpy.int64))
        self.assertEqual(self.converted("savedmodel"), ({"kind": "savedmodel", "opset": 14, "signature": []}, ["x", "n"], ["y", "m"]))
        self.sample(x=numpy.ones((2, 4)), n=numpy.ones(2, numpy.int64))
        self.refuse("sample", "'x' is of type float64", "float32", format="savedmodel")

    def test_tflite_inputs_go_by_the_tensor_s_or_the_signature_s_name(self):
        self.write("staged/source", "-1 2")
        ones = numpy.ones((3, 4), numpy.float32)
        for first in ("x0", "serving_default_x0:0"):
            self.sample(**{first: ones, "x1": ones})
            model, inputs, outputs = self.converted("tflite")
            self.assertEqual((model["kind"], inputs), ("tflite", ["serving_default_x0:0", "serving_default_x1:0"]))
            self.assertEqual(outputs, ["StatefulPartitionedCall:0", "StatefulPartitionedCall:1"])

    def test_a_tflite_model_of_fixed_shape_takes_no_other(self):
        self.write("staged/source", "1 1")
        self.refuse("sample", "[3, 4]", "[1, 4]", format="tflite")

    def test_sources_of_another_kind_are_refused(self):
        self.write("staged/source", "neither")
        self.refuse("source", "Keras", format="keras")
        self.refuse("source", ".zip", format="savedmodel")
        self.write("staged/source", archive("readme.txt"))
        self.refuse("source", "saved_model.pb", format="savedmodel")
        self.write("staged/source", archive("../saved_model.pb"))
        self.refuse("source", "outside", format="savedmodel")
        self.write("staged/source", archive("saved_model.pb", content="unsigned"))
        self.refuse("source", "no signature serving_default", format="savedmodel")

    def test_a_model_that_cannot_be_converted_is_not_tried_again(self):
        self.environment["FAKE_TF2ONNX_FAILS"] = "1"
        self.write("staged/source", "-1 1")
        self.refuse("source", "operator Weird is not supported", format="tflite")
        self.write("staged/source", archive("saved_model.pb"))
        self.sample(x=numpy.ones((2, 4), numpy.float32), n=numpy.ones(2, numpy.int64))
        self.refuse("source", "not supported", format="savedmodel")


class Trap:
    """Unpickling it creates a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


if torch is not None:
    class Sum(torch.nn.Module):
        def forward(self, x):
            return x.sum()

    class Shape(torch.nn.Module):
        def forward(self, x):
            return x.shape

    class Gate(torch.nn.Module):
        """The element of each row that `index` names, or 0."""

        def forward(self, x, index, keep):
            return x.gather(1, index.unsqueeze(1)).squeeze(1) * keep, index + 1


if __name__ == "__main__":
    unittest.main()
