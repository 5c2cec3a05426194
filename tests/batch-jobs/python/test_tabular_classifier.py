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
        self.assertIn("this job is for classification and multiLabel and the dataset for regression", done.stderr)

    def test_it_learns_several_labels_of_a_row(self):
        dataset = make_dataset(os.path.join(self.folder, "dataset"), examples=400, shape=(12,), several=True)
        trial = self.make("trial")
        done = run_job("tabular-classifier", job_environment(trial, dataset, {"batch_size": 16, "learning_rate": 0.01}, DML_BUDGET=6))
        self.assertEqual(done.returncode, 0, done.stderr)
        last = read_metrics(trial)[-1]
        self.assertGreater(last["validation_f1_micro"], 0.85)
        self.assertGreater(last["validation_f1_macro"], 0.85)
        self.assertLessEqual(last["validation_accuracy"], last["validation_f1_micro"])
        self.assertTrue(os.path.exists(os.path.join(trial, "output", "model.onnx")))

    def test_images_are_refused(self):
        dataset = make_dataset(os.path.join(self.folder, "dataset"))
        done = run_job("tabular-classifier", job_environment(self.make("trial"), dataset, {}))
        self.assertEqual(done.returncode, 64)
        self.assertIn("needs features of shape [columns]", done.stderr)

    def test_figures_of_several_labels_are_those_of_their_formulas_whatever_the_batches(self):
        from training.tasks import MultiLabel
        task = MultiLabel(3, 0.0)
        labels = torch.tensor([[1.0, 1.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
        logits = torch.tensor([[2.0, 2.0, -2.0], [2.0, -2.0, -2.0], [2.0, -2.0, 2.0]])
        figures = task.measure(logits[:1], labels[:1]) + task.measure(logits[1:], labels[1:])
        metrics = task.metrics(figures.tolist(), 3)
        self.assertAlmostEqual(metrics["accuracy"], 1 / 3)
        self.assertAlmostEqual(metrics["f1_micro"], 2 * 3 / (4 + 5))
        self.assertAlmostEqual(metrics["f1_macro"], (2 * 2 / 5 + 2 / 3) / 2)


if __name__ == "__main__":
    unittest.main()
