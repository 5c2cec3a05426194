import importlib.util
import os
import sys
import types
import unittest
from unittest import mock

from support import FolderTestCase

try:
    import torch
    from training.export import export_onnx, without_onnx_package
except ImportError:
    torch = None


def refuse(*_):
    raise RuntimeError("Module onnx is not installed!")


@unittest.skipIf(torch is None, "this interpreter has no PyTorch")
class ExportTests(FolderTestCase):
    def test_a_model_is_written_whole_with_its_names(self):
        path = os.path.join(self.folder, "model.onnx")
        export_onnx(torch.nn.Linear(4, 3), (4,), path, "row")
        with open(path, "rb") as file:
            model = file.read()
        for name in (b"row", b"logits", b"batch", b"Gemm"):
            self.assertIn(name, model)
        self.assertEqual(os.listdir(self.folder), ["model.onnx"])

    def test_pytorch_2_can_export_without_the_onnx_package(self):
        for name in ("torch.onnx._internal.onnx_proto_utils", "torch.onnx._internal.torchscript_exporter.onnx_proto_utils"):
            step = types.SimpleNamespace(_add_onnxscript_fn=refuse)
            with mock.patch.dict(sys.modules, {name: step}), mock.patch.object(importlib.util, "find_spec", return_value=None):
                with without_onnx_package():
                    self.assertEqual(step._add_onnxscript_fn(b"model", {}), b"model")
            self.assertIs(step._add_onnxscript_fn, refuse)


if __name__ == "__main__":
    unittest.main()
