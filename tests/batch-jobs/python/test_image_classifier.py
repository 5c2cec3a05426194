import contextlib
import json
import os
import signal
import subprocess
import sys
import unittest

from support import JOBS, FolderTestCase, job_environment, make_dataset, read_metrics, run_job, train_here, wait_until

try:
    import torch
    from training import checkpoint, parameters
    from training.contract import NonRetryable
    from training.loop import Stopped
except ImportError:
    torch = None


def epochs(trial):
    return [line for line in read_metrics(trial) if line["kind"] == "epoch"]


@unittest.skipIf(torch is None, "this interpreter has no PyTorch")
class ImageClassifierTests(FolderTestCase):
    PARAMETERS = {"batch_size": 8, "channels": 4, "hidden": 8, "dropout": 0.2, "learning_rate": 0.01}

    def setUp(self):
        super().setUp()
        self.dataset = make_dataset(os.path.join(self.folder, "dataset"))

    def train(self, trial, parameters=None, **values):
        path = self.make(trial)
        return run_job("image-classifier", job_environment(path, self.dataset, parameters or self.PARAMETERS, **values)), path

    def stop_in_the_middle(self, trial, after_step):
        """Starts a long training, sends SIGTERM once a step past this one is logged, and returns the exit code."""
        path = self.make(trial)
        environment = job_environment(path, self.dataset, self.PARAMETERS, DML_BUDGET=40, DML_LOG_STEPS=1)
        process = subprocess.Popen([sys.executable, os.path.join(JOBS, "jobs", "image-classifier", "train.py")], env=environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        metrics = os.path.join(path, "output", "metrics.jsonl")
        wait_until(lambda: os.path.exists(metrics) and any(line["step"] > after_step for line in read_metrics_so_far(metrics)),
                   60, "step %d" % after_step)
        process.send_signal(signal.SIGTERM)
        return process.wait(60), path

    def test_it_learns_logs_and_exports_a_model(self):
        done, trial = self.train("trial", DML_BUDGET=6, DML_LOG_STEPS=5)
        self.assertEqual(done.returncode, 0, done.stderr)
        last = epochs(trial)[-1]
        self.assertEqual((last["epoch"], last["step"]), (6, 72))
        self.assertGreater(last["validation_accuracy"], 0.9)
        self.assertTrue(all(key in last for key in ("train_loss", "validation_loss", "seconds", "examples_per_second")))
        self.assertTrue(any(line["kind"] == "step" for line in read_metrics(trial)))
        self.assertGreater(os.path.getsize(os.path.join(trial, "output", "model.onnx")), 1000)

    def test_the_same_seed_gives_the_same_training_whoever_loads_the_batches(self):
        first, second = self.train("first")[1], self.train("second", DML_LOADERS=2)[1]
        self.assertEqual([line["train_loss"] for line in epochs(first)], [line["train_loss"] for line in epochs(second)])

    def test_sigterm_ends_it_with_a_checkpoint_of_the_step_it_had_reached(self):
        code, stopped = self.stop_in_the_middle("stopped", 14)
        self.assertEqual(code, 143)
        reached = checkpoint.load(os.path.join(stopped, "checkpoint"))["step"]
        self.assertEqual(read_metrics(stopped)[-1]["step"], reached)
        self.assertGreater(reached, 14)

    def test_a_notice_at_any_step_gives_the_same_metrics(self):
        self.train_here("undisturbed")
        undisturbed = os.path.join(self.folder, "undisturbed")
        for step in (1, 11, 12, 13, 24, 36):
            trial = "stopped-at-%d" % step
            with self.assertRaises(Stopped) if step < 36 else contextlib.nullcontext():
                self.train_here(trial, stop_at=step)
            if step < 36:
                self.train_here(trial)
            self.assertEqual([without_times(line) for line in read_metrics(os.path.join(self.folder, trial))],
                             [without_times(line) for line in read_metrics(undisturbed)], "stopped at step %d" % step)

    def test_a_checkpoint_goes_on_with_other_values_of_what_may_change_and_applies_them(self):
        self.train_here("trial")
        seen = []
        environment = job_environment(
            os.path.join(self.folder, "trial"), self.dataset, dict(self.PARAMETERS, learning_rate=0.002, dropout=0.5, weight_decay=0.25), DML_BUDGET=4, DML_LOG_STEPS=1)

        def look(training):
            step = training._train_step

            def seen_step(*arguments):
                loss = step(*arguments)
                seen.append([(group["lr"], group["weight_decay"]) for group in training.optimizer.param_groups] + [
                    module.p for module in training.model.modules() if isinstance(module, torch.nn.Dropout)])
                return loss

            training._train_step = seen_step

        train_here(dict(environment, DML_INHERITED="trial-001/3", DML_SEED="77"), look)
        self.assertEqual(len(seen), 12, "only the fourth epoch is trained")
        self.assertTrue(all(weight_decay == 0.25 and dropout == 0.5 for (_, weight_decay), dropout in seen))
        self.assertTrue(all(rate <= 0.002 for (rate, _), _ in seen))
        self.assertEqual([line["epoch"] for line in epochs(os.path.join(self.folder, "trial"))], [1, 2, 3, 4])

    def test_a_checkpoint_of_other_parameters_or_another_seed_is_refused_by_name(self):
        self.train_here("trial", budget=1)
        environment = job_environment(os.path.join(self.folder, "trial"), self.dataset, dict(self.PARAMETERS, hidden=9), DML_BUDGET=2)
        with self.assertRaisesRegex(NonRetryable, "hidden was 8 and is 9; those marked mutable in job.json may change"):
            train_here(environment)
        environment = job_environment(os.path.join(self.folder, "trial"), self.dataset, self.PARAMETERS, DML_BUDGET=2, DML_SEED=6)
        with self.assertRaisesRegex(NonRetryable, "another seed"):
            train_here(environment)

    def train_here(self, trial, stop_at=None, parameters=None, budget=3):
        """Trains in this process, with the notice coming exactly while a step is done. Returns what it says on stderr."""
        def prepare(training):
            step = training._train_step

            def noticed_step(*arguments):
                training.stopping = training.step + 1 == stop_at
                return step(*arguments)

            training._train_step = noticed_step

        return train_here(job_environment(
            self.make(trial), self.dataset, parameters or self.PARAMETERS, DML_BUDGET=budget, DML_LOG_STEPS=1), prepare)

    def test_a_rung_goes_on_from_the_smaller_budget(self):
        rung = dict(self.PARAMETERS, schedule_epochs=4)
        self.train_here("rung", parameters=rung, budget=2)
        self.assertIn("resuming at step 24", self.train_here("rung", parameters=rung, budget=4))
        self.train_here("straight", parameters=rung, budget=4)
        trial, straight = os.path.join(self.folder, "rung"), os.path.join(self.folder, "straight")
        self.assertEqual([line["epoch"] for line in epochs(trial)], [1, 2, 3, 4])
        self.assertAlmostEqual(epochs(trial)[-1]["train_loss"], epochs(straight)[-1]["train_loss"], 6)

    def test_an_invalid_parameter_is_not_retried_and_is_named(self):
        definition = os.path.join(JOBS, "jobs", "image-classifier", "job.json")
        for name, value, words in (("learning_rate", -1, "must lie in"), ("optimizer", "adam9", "must be one of adamw, sgd"),
                                   ("channels", 2.5, "must be of type integer"), ("momentum", 0.9, "this job knows")):
            with self.assertRaisesRegex(NonRetryable, "invalid parameter '%s'.*%s" % (name, words)):
                parameters.load(self.write("params.json", json.dumps({name: value})), definition)
        done, _ = self.train("invalid", {"learning_rate": -1})
        self.assertEqual(done.returncode, 64, done.stderr)
        self.assertIn("invalid parameter 'learning_rate'", done.stderr)

    def test_a_loss_that_is_no_number_is_not_retried(self):
        diverging = dict(self.PARAMETERS, learning_rate=10, weight_decay=1, optimizer="sgd", schedule="constant")
        with self.assertRaisesRegex(NonRetryable, "diverged"):
            self.train_here("diverging", parameters=diverging, budget=60)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "diverging", "output", "model.onnx")))

    def test_it_takes_colour_images_too(self):
        self.dataset = make_dataset(os.path.join(self.folder, "colour"), shape=(3, 8, 10))
        self.train_here("colour-trial", budget=1)
        self.assertEqual([line["epoch"] for line in epochs(os.path.join(self.folder, "colour-trial"))], [1])


def without_times(line):
    return {name: value for name, value in line.items() if name not in ("seconds", "examples_per_second")}


def read_metrics_so_far(path):
    with open(path) as file:
        return [json.loads(line) for line in file if line.endswith("\n")]


if __name__ == "__main__":
    unittest.main()
