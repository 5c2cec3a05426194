import os
import signal
import subprocess
import sys
import unittest

from support import JOBS, PATIENCE, Azurite, FolderTestCase, hold_port, job_environment, make_dataset, read_metrics, run_job, train_here, wait_until

try:
    import torch
except ImportError:
    torch = None

PARAMETERS = {"batch_size": 10, "channels": 4, "hidden": 8, "dropout": 0, "learning_rate": 0.01, "schedule_epochs": 30}


@unittest.skipIf(torch is None, "this interpreter has no PyTorch")
class DistributedTests(FolderTestCase):
    def setUp(self):
        super().setUp()
        self.dataset = make_dataset(os.path.join(self.folder, "dataset"), examples=97)

    def start(self, trial, port, rank=None, **values):
        values.update(WORLD_SIZE=2, MASTER_ADDR="127.0.0.1", MASTER_PORT=port, GLOO_SOCKET_IFNAME="lo", DML_LOG_STEPS=1)
        if rank is not None:
            values["RANK"] = rank
        process = subprocess.Popen(
            [sys.executable, os.path.join(JOBS, "jobs", "image-classifier", "train.py")],
            env=job_environment(self.make(trial), self.dataset, PARAMETERS, **values), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            universal_newlines=True)
        self.addCleanup(process.kill)
        return process

    def finish(self, *processes):
        errors = [process.communicate(timeout=PATIENCE)[1] for process in processes]
        return [process.returncode for process in processes], "\n".join(errors)

    def assert_same_losses(self, first, second):
        first, second = read_metrics(os.path.join(self.folder, first)), read_metrics(os.path.join(self.folder, second))
        self.assertEqual([(line["kind"], line["step"]) for line in first], [(line["kind"], line["step"]) for line in second])
        for mine, theirs in zip(first, second):
            for name in ("step_loss", "train_loss", "validation_loss", "validation_accuracy"):
                if name in theirs:
                    self.assertAlmostEqual(mine[name], theirs[name], 4)

    def launch(self, trial, parameters=None, **values):
        """Runs the job with two processes on this node, as a node with two GPUs does."""
        return run_job("image-classifier", job_environment(
            self.make(trial), self.dataset, dict(PARAMETERS, **(parameters or {})), DML_PROCESSES=2, DML_LOG_STEPS=1, **values))

    def test_a_process_for_each_gpu_gives_the_same_losses_as_one(self):
        done = self.launch("two")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("starting 2 processes", done.stderr)
        train_here(job_environment(self.make("single"), self.dataset, PARAMETERS, DML_LOG_STEPS=1))
        self.assert_same_losses("two", "single")

    def test_a_batch_that_cannot_be_shared_is_refused_with_the_field_and_the_fix(self):
        done = self.launch("refused", {"batch_size": 1})
        self.assertEqual(done.returncode, 64, done.stderr)
        self.assertIn("invalid parameter 'batch_size': 1 examples cannot be shared by 2 processes (one for each GPU of each node); "
                      "make it 2 or more, or take fewer nodes", done.stderr)

    def test_a_notice_to_one_process_stops_both_at_the_same_step_and_one_process_can_go_on(self):
        held = hold_port()
        self.addCleanup(held.close)
        port = held.getsockname()[1]
        first, second = self.start("first", port, rank=0, DML_BUDGET=30), self.start("second", port, DML_BUDGET=30)
        metrics = os.path.join(self.folder, "first", "output", "metrics.jsonl")
        wait_until(lambda: os.path.exists(metrics) and os.path.getsize(metrics) > 1000, PATIENCE, "the first steps")
        second.send_signal(signal.SIGTERM)
        codes, errors = self.finish(first, second)
        self.assertEqual(codes, [143, 143], errors)
        budget = read_metrics(os.path.join(self.folder, "first"))[-1]["step"] // 10 + 2
        for trial, words in (("first", "resuming at step"), ("single", "")):
            said = train_here(job_environment(self.make(trial), self.dataset, PARAMETERS, DML_LOG_STEPS=1, DML_BUDGET=budget))
            self.assertIn(words, said)
        self.assert_same_losses("first", "single")


class LauncherTests(FolderTestCase):
    """The launcher by itself, with small programs as ranks."""

    def start(self, script):
        code = "import sys\nsys.path.insert(0, %r)\nfrom training.launch import Launcher\nsys.exit(Launcher([sys.executable, '-c', %r], 3).wait())" % (JOBS, script)
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
        self.addCleanup(process.kill)
        return process

    @unittest.skipIf(torch is None, "this interpreter has no PyTorch")
    def test_the_code_of_the_process_that_fails_first_is_passed_on_and_the_others_are_ended(self):
        process = self.start("import os, time\nos._exit(64) if os.environ['LOCAL_RANK'] == '1' else time.sleep(600)")
        process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 64)

    @unittest.skipIf(torch is None, "this interpreter has no PyTorch")
    def test_a_notice_goes_to_all_of_them(self):
        process = self.start("import os, signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(143))\nos.write(1, b'on\\n')\ntime.sleep(600)")
        self.assertEqual([process.stdout.readline() for _ in range(3)], ["on\n"] * 3)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 143)


class WorkerTests(FolderTestCase):
    """The coordination command by itself; the Batch emulator's tests run it with the rest."""

    @classmethod
    def setUpClass(cls):
        cls.azurite = Azurite()
        cls.addClassCleanup(cls.azurite.stop)

    def test_a_worker_that_cannot_get_its_data_fails_the_coordination(self):
        grant = self.azurite.grant(
            os.path.join(self.make("node"), "grant.json"), self.azurite.container("runs"), "run/trials/trial-001",
            self.azurite.container("datasets", "r"), "nowhere/1", ["manifest.json"])
        environment = dict(os.environ, DML_NODES="2", AZ_BATCH_IS_CURRENT_NODE_MASTER="false")
        done = subprocess.run(self.command("worker.py", grant), cwd=self.make("node"), env=environment, timeout=PATIENCE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 69)
        self.assertIn(b"has no manifest.json", done.stderr)

    @staticmethod
    def command(script, grant):
        return [sys.executable, os.path.join(JOBS, "runner", script), "--grant", grant, "--directory", os.path.join(JOBS, "jobs", "image-classifier"), "--",
                "python3", "train.py"]


if __name__ == "__main__":
    unittest.main()
