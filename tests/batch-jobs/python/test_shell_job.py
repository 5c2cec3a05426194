import json
import os
import signal
import subprocess
import unittest

from support import JOBS, FolderTestCase, job_environment, read_metrics, wait_until


class ShellJobTests(FolderTestCase):
    def start(self, trial, parameters, budget):
        environment = job_environment(self.make(trial), "", parameters, DML_BUDGET=budget)
        del environment["DML_DATASET"]
        process = subprocess.Popen(["sh", os.path.join(JOBS, "jobs", "shell", "job.sh")], env=environment, stderr=subprocess.PIPE, universal_newlines=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        return process

    def test_it_trains_to_its_budget_and_a_larger_one_goes_on_from_there(self):
        for budget in (2, 5):
            self.assertEqual(self.start("trial", {}, budget).wait(30), 0)
        trial = os.path.join(self.folder, "trial")
        self.assertEqual([line["epoch"] for line in read_metrics(trial)], [1, 2, 3, 4, 5])
        with open(os.path.join(trial, "output", "summary.txt")) as file:
            self.assertEqual(file.read(), "5 epochs, of which 2 before this start, seed 5\n")

    def test_an_invalid_parameter_is_not_retried_and_is_named(self):
        process = self.start("trial", {"pause_seconds": -1}, 1)
        self.assertEqual(process.wait(30), 64)
        self.assertIn("invalid parameter 'pause_seconds'", process.stderr.read())

    def test_sigterm_leaves_a_checkpoint(self):
        process = self.start("trial", {"pause_seconds": 0.2}, 1000)
        checkpoint = os.path.join(self.folder, "trial", "checkpoint", "epoch")
        wait_until(lambda: os.path.exists(checkpoint), what="a checkpoint")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(30), 143)
        with open(checkpoint) as file:
            self.assertGreaterEqual(json.load(file), 1)


if __name__ == "__main__":
    unittest.main()
