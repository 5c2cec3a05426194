import os
import unittest

from support import FolderTestCase, job_environment, make_dataset, read_metrics, run_job

try:
    import torch
except ImportError:
    torch = None


@unittest.skipIf(torch is None, "this interpreter has no PyTorch")
class TabularClassifierTests(FolderTestCase):
    def test_it_learns_rows_and_exports_a_model(self):
        dataset = make_dataset(os.path.join(self.folder, "dataset"), examples=300, shape=(12,))
        trial = self.make("trial")
        done = run_job("tabular-classifier", job_environment(trial, dataset, {"batch_size": 16, "learning_rate": 0.01}, DML_BUDGET=4))
        self.assertEqual(done.returncode, 0, done.stderr)
        last = read_metrics(trial)[-1]
        self.assertGreater(last["validation_accuracy"], 0.9)
        self.assertGreater(last["validation_balanced_accuracy"], 0.85)
        self.assertGreater(last["validation_f1"], 0.85)
        self.assertTrue(os.path.exists(os.path.join(trial, "output", "model.onnx")))

    def test_numbers_to_predict_are_refused(self):
        dataset = make_dataset(os.path.join(self.folder, "dataset"), shape=(4,), targets=1)
        done = run_job("tabular-classifier", job_environment(self.make("trial"), dataset, {}))
        self.assertEqual(done.returncode, 64)
        self.assertIn("this job is for classification and the dataset for regression", done.stderr)

    def test_images_are_refused(self):
        dataset = make_dataset(os.path.join(self.folder, "dataset"))
        done = run_job("tabular-classifier", job_environment(self.make("trial"), dataset, {}))
        self.assertEqual(done.returncode, 64)
        self.assertIn("needs features of shape [columns]", done.stderr)


if __name__ == "__main__":
    unittest.main()
