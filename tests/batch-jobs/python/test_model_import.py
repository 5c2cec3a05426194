import io
import json
import os
import subprocess
import sys
import unittest
import zipfile

from support import JOBS, FolderTestCase, job_environment

try:
    import numpy
    import torch
except ImportError:
    torch = None

DEFINITION = """
from torch import nn

def build():
    return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
"""

# Stands in for TensorFlow, which cannot be installed here: a model that doubles its input.
TENSORFLOW = """
import os, types
import numpy
float32 = numpy.float32
TensorSpec = lambda shape, dtype, name: types.SimpleNamespace(shape=shape, dtype=dtype, name=name)
constant = numpy.asarray
function = lambda call: call

def load_model(path, compile):
    assert path.endswith((".h5", ".keras")) and os.path.isfile(path), path
    return lambda sample, training: 2 * sample

keras = types.SimpleNamespace(models=types.SimpleNamespace(load_model=load_model))

class Signature:
    structured_input_signature = ((), {"x": types.SimpleNamespace(dtype=float32)})

    def __call__(self, x):
        return {"y": 2 * x}

def load(path):
    assert os.path.isfile(os.path.join(path, "saved_model.pb")), path
    return types.SimpleNamespace(signatures={"serving_default": Signature()})

saved_model = types.SimpleNamespace(load=load)

class Interpreter:
    def __init__(self, model_path):
        with open(model_path) as file:
            self.inputs = int(file.read())

    def get_input_details(self):
        return [{"index": 0}] * self.inputs

    def get_output_details(self):
        return [{"index": 1}]

    def resize_tensor_input(self, index, shape):
        self.shape = shape

    def allocate_tensors(self):
        pass

    def set_tensor(self, index, value):
        assert value.shape == self.shape
        self.value = value

    def invoke(self):
        pass

    def get_tensor(self, index):
        return 2 * self.value

lite = types.SimpleNamespace(Interpreter=Interpreter)
"""

TF2ONNX = """
import json, os

def write(kind, opset, output_path, signature=()):
    if os.environ.get("FAKE_TF2ONNX_FAILS"):
        raise NotImplementedError("operator Weird\\nis not supported")
    with open(output_path, "w") as file:
        json.dump({"kind": kind, "opset": opset, "shapes": [entry.shape for entry in signature]}, file)

def from_tflite(path, opset, output_path):
    write("tflite", opset, output_path)

def from_keras(model, input_signature, opset, output_path):
    write("keras", opset, output_path, input_signature)

def from_function(function, input_signature, opset, output_path):
    write("savedmodel", opset, output_path, input_signature)
"""


def archive(*names):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return content.getvalue()


@unittest.skipIf(torch is None, "this interpreter has no PyTorch")
class ImportTestCase(FolderTestCase):
    environment = {}

    def sample(self, array):
        self.make("staged")
        numpy.save(os.path.join(self.folder, "staged", "sample.npy"), array, allow_pickle=True)

    def run_import(self, parameters):
        if not os.path.exists(os.path.join(self.folder, "staged", "sample.npy")):
            self.sample(numpy.random.RandomState(1).randn(3, 4).astype(numpy.float32))
        trial = self.make("trial")
        environment = dict(job_environment(trial, self.make("staged"), parameters, DML_BUDGET=1), **self.environment)
        process = subprocess.run([sys.executable, "-B", os.path.join(JOBS, "model-import", "import_model.py")], env=environment, timeout=120,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
        return process, os.path.join(trial, "output")

    def succeed(self, **parameters):
        process, output = self.run_import(parameters)
        self.assertEqual(process.returncode, 0, process.stderr)
        with open(os.path.join(output, "model.onnx"), "rb") as file:
            model = file.read()
        return [numpy.load(os.path.join(output, "parity-%s.npy" % name)) for name in ("input", "output")] + [model]

    def refuse(self, *words, **parameters):
        process, output = self.run_import(parameters)
        self.assertEqual(process.returncode, 64, process.stderr)
        for word in words:
            self.assertIn(word, process.stderr.strip().splitlines()[-1])
        self.assertFalse(os.path.exists(os.path.join(output, "model.onnx")))


class TorchImportTests(ImportTestCase):
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
        numpy.testing.assert_allclose(answer, model(torch.from_numpy(sample)).detach().numpy(), atol=1e-6)
        for name in (b"input", b"output", b"batch"):
            self.assertIn(name, onnx)

    def test_a_sample_of_one_row_is_checked_on_two(self):
        self.script(torch.nn.Linear(4, 3))
        self.sample(numpy.ones((1, 4), numpy.float32))
        sample, answer, _ = self.succeed()
        self.assertEqual((sample.shape, answer.shape), ((2, 4), (2, 3)))

    def test_weights_under_a_key_and_from_data_parallel_are_found(self):
        self.write("staged/model.py", DEFINITION)
        model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3))
        self.checkpoint({"state_dict": {"module." + name: value for name, value in model.state_dict().items()}})
        sample, answer, _ = self.succeed(format="pytorch")
        numpy.testing.assert_allclose(answer, model(torch.from_numpy(sample)).detach().numpy(), atol=1e-6)

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
        self.refuse("sample", "[4]")
        self.sample(numpy.zeros((2, 5), numpy.int64))
        self.refuse("sample", "float32")
        self.sample(numpy.array([{}], object))
        self.refuse("sample", "plain numbers")

    def test_unknown_formats_and_models_without_rows_are_refused(self):
        self.script(torch.nn.Linear(4, 3))
        self.refuse("format", format="caffe")
        self.script(Sum())
        self.refuse("source", "a row for each row")


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
        numpy.testing.assert_array_equal(answer, 2 * sample)
        return json.loads(model)

    def test_keras_files_get_the_extension_that_keras_goes_by(self):
        for content in (b"\x89HDF\r\n\x1a\nrest", archive("config.json", "model.weights.h5")):
            self.write("staged/source", content)
            self.assertEqual(self.converted("keras"), {"kind": "keras", "opset": 14, "shapes": [[None, 4]]})

    def test_a_saved_model_is_found_in_its_archive(self):
        self.write("staged/source", archive("net/saved_model.pb", "net/variables/variables.index"))
        self.assertEqual(self.converted("savedmodel"), {"kind": "savedmodel", "opset": 14, "shapes": [[None, 4]]})

    def test_tflite_is_read_as_it_is(self):
        self.write("staged/source", "1")
        self.assertEqual(self.converted("tflite")["kind"], "tflite")

    def test_sources_of_another_kind_are_refused(self):
        self.write("staged/source", "neither")
        self.refuse("source", "Keras", format="keras")
        self.refuse("source", ".zip", format="savedmodel")
        self.write("staged/source", archive("readme.txt"))
        self.refuse("source", "saved_model.pb", format="savedmodel")
        self.write("staged/source", archive("../saved_model.pb"))
        self.refuse("source", "outside", format="savedmodel")
        self.write("staged/source", "2")
        self.refuse("source", "2 inputs", format="tflite")

    def test_a_model_that_cannot_be_converted_is_not_tried_again(self):
        self.environment["FAKE_TF2ONNX_FAILS"] = "1"
        self.write("staged/source", "1")
        self.refuse("source", "operator Weird is not supported", format="tflite")


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


if __name__ == "__main__":
    unittest.main()
