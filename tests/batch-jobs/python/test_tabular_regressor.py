import os
import unittest

from support import FolderTestCase, job_environment, make_dataset, read_metrics, run_job

try:
    import torch
except ImportError:
    torch = None


@unittest.skipIf(torch is None, "this interpreter has no PyTorch")
class TabularRegressorTests(FolderTestCase):
    def test_it_learns_numbers_in_their_own_units_and_exports_a_model(self):
        dataset = make_dataset(os.path.join(self.folder, "dataset"), examples=400, shape=(12,), targets=2)
        trial = self.make("trial")
        done = run_job("tabular-regressor", job_environment(trial, dataset, {"batch_size": 16, "learning_rate": 0.01, "layers": 0}, DML_BUDGET=10))
        self.assertEqual(done.returncode, 0, done.stderr)
        last = read_metrics(trial)[-1]
        self.assertGreater(last["validation_r2"], 0.95)
        # The targets lie around 1000 and 2000 with a deviation of about 60.
        self.assertLess(last["validation_rmse"], 15)
        self.assertLess(last["validation_mae"], last["validation_rmse"])
        self.assertTrue(os.path.exists(os.path.join(trial, "output", "model.onnx")))

    def test_a_trial_goes_on_from_its_checkpoint(self):
        dataset = make_dataset(os.path.join(self.folder, "dataset"), shape=(6,), targets=1)
        whole, cut = self.make("whole"), self.make("cut")
        parameters = {"batch_size": 16, "schedule": "constant"}
        self.assertEqual(run_job("tabular-regressor", job_environment(whole, dataset, parameters, DML_BUDGET=3)).returncode, 0)
        for budget in (1, 3):
            self.assertEqual(run_job("tabular-regressor", job_environment(cut, dataset, parameters, DML_BUDGET=budget)).returncode, 0)
        self.assertAlmostEqual(read_metrics(whole)[-1]["validation_loss"], read_metrics(cut)[-1]["validation_loss"], places=6)

    def test_labels_are_refused(self):
        dataset = make_dataset(os.path.join(self.folder, "dataset"), shape=(6,))
        done = run_job("tabular-regressor", job_environment(self.make("trial"), dataset, {}))
        self.assertEqual(done.returncode, 64)
        self.assertIn("this job is for regression and the dataset for classification", done.stderr)


class RegressionFiguresTests(unittest.TestCase):
    @unittest.skipIf(torch is None, "this interpreter has no PyTorch")
    def test_metrics_are_those_of_their_formulas_whatever_the_batches(self):
        from training.tasks import Regression
        task = Regression([{"mean": 5.0, "standardDeviation": 2.0}])
        labels = torch.tensor([[1.0], [4.0], [7.0], [8.0]])
        outputs = torch.tensor([[2.0], [4.0], [5.0], [9.0]])
        figures = task.measure(outputs[:1], labels[:1]) + task.measure(outputs[1:], labels[1:])
        metrics = task.metrics(figures.tolist(), 4)
        self.assertAlmostEqual(metrics["rmse"], 1.5 ** 0.5, places=6)
        self.assertAlmostEqual(metrics["mae"], 1.0, places=6)
        self.assertAlmostEqual(metrics["r2"], 1 - 6 / 30, places=6)

    @unittest.skipIf(torch is None, "this interpreter has no PyTorch")
    def test_classes_without_examples_do_not_count(self):
        from training.tasks import Classification
        task = Classification(3, 0.0)
        logits = torch.tensor([[2.0, 0.0, 0.0], [2.0, 0.0, 0.0], [0.0, 2.0, 0.0], [2.0, 0.0, 0.0]])
        metrics = task.metrics(task.measure(logits, torch.tensor([0, 0, 1, 1])).tolist(), 4)
        self.assertAlmostEqual(metrics["accuracy"], 0.75)
        self.assertAlmostEqual(metrics["balanced_accuracy"], 0.75)
        self.assertAlmostEqual(metrics["f1"], (0.8 + 2 / 3) / 2)


if __name__ == "__main__":
    unittest.main()
