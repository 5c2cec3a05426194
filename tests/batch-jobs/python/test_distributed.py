import json
import os
import signal
import socket
import subprocess
import sys
import unittest

from support import JOBS, Azurite, FolderTestCase, job_environment, make_dataset, read_metrics, run_job, wait_until
from blobs import BlobContainer

try:
    import torch
except ImportError:
    torch = None

PARAMETERS = {"batch_size": 10, "channels": 4, "hidden": 8, "dropout": 0, "learning_rate": 0.01}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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
            [sys.executable, os.path.join(JOBS, "image-classifier", "train.py")],
            env=job_environment(self.make(trial), self.dataset, PARAMETERS, **values), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            universal_newlines=True)
        self.addCleanup(process.kill)
        return process

    def finish(self, *processes):
        errors = [process.communicate(timeout=60)[1] for process in processes]
        return [process.returncode for process in processes], "\n".join(errors)

    def assert_same_losses(self, first, second):
        first, second = read_metrics(os.path.join(self.folder, first)), read_metrics(os.path.join(self.folder, second))
        self.assertEqual([(line["kind"], line["step"]) for line in first], [(line["kind"], line["step"]) for line in second])
        for mine, theirs in zip(first, second):
            for name in ("step_loss", "train_loss", "validation_loss", "validation_accuracy"):
                if name in theirs:
                    self.assertAlmostEqual(mine[name], theirs[name], 4)

    def test_two_processes_give_the_same_losses_as_one(self):
        port = free_port()
        codes, errors = self.finish(self.start("first", port, rank=0), self.start("second", port))
        self.assertEqual(codes, [0, 0], errors)
        single = run_job("image-classifier", job_environment(self.make("single"), self.dataset, PARAMETERS, DML_LOG_STEPS=1))
        self.assertEqual(single.returncode, 0, single.stderr)
        self.assert_same_losses("first", "single")
        self.assertEqual(os.listdir(os.path.join(self.folder, "second", "output")), [])

    def test_a_notice_to_one_process_stops_both_at_the_same_step_and_one_process_can_go_on(self):
        port = free_port()
        first, second = self.start("first", port, rank=0, DML_BUDGET=30), self.start("second", port, DML_BUDGET=30)
        metrics = os.path.join(self.folder, "first", "output", "metrics.jsonl")
        wait_until(lambda: os.path.exists(metrics) and os.path.getsize(metrics) > 1000, 60, "the first steps")
        second.send_signal(signal.SIGTERM)
        codes, errors = self.finish(first, second)
        self.assertEqual(codes, [143, 143], errors)
        resumed = run_job("image-classifier", job_environment(self.make("first"), self.dataset, PARAMETERS, DML_LOG_STEPS=1, DML_BUDGET=30))
        self.assertIn("resuming at step", resumed.stderr)
        run_job("image-classifier", job_environment(self.make("single"), self.dataset, PARAMETERS, DML_LOG_STEPS=1, DML_BUDGET=30))
        self.assert_same_losses("first", "single")


@unittest.skipIf(torch is None, "this interpreter has no PyTorch")
class MultiInstanceTests(FolderTestCase):
    """Runner and worker as Batch starts them: the coordination command on both nodes, then the command on the primary one."""

    @classmethod
    def setUpClass(cls):
        cls.azurite = Azurite()
        cls.addClassCleanup(cls.azurite.stop)

    def test_the_coordination_command_starts_the_job_on_the_other_node_and_the_primary_trains_with_it(self):
        source = make_dataset(os.path.join(self.folder, "dataset"))
        uploader = BlobContainer(self.azurite.container("datasets"))
        for name in os.listdir(source):
            uploader.upload("bands/1/" + name, os.path.join(source, name))
        url = self.azurite.container("runs")
        runs = BlobContainer(url)
        runs.put("run/trials/trial-000/params.json", json.dumps(PARAMETERS).encode())
        common = dict(os.environ, DML_TRIAL_URL=url, DML_TRIAL_PREFIX="run/trials/trial-000", DML_BUDGET="2", DML_NODES="2",
                      DML_DATASET_URL=self.azurite.container("datasets", "r"), DML_DATASET_PREFIX="bands/1", DML_THREADS="1",
                      DML_RENDEZVOUS_PORT=str(free_port()), AZ_BATCH_MASTER_NODE="127.0.0.1:6000", AZ_BATCH_HOST_LIST="127.0.0.1,127.0.0.1")
        nodes = {}
        for name, primary in (("primary", "true"), ("other", "false")):
            nodes[name] = dict(cwd=self.make(name), env=dict(common, AZ_BATCH_IS_CURRENT_NODE_MASTER=primary, AZ_BATCH_NODE_ID=name))
            subprocess.run(self.command("worker.py"), timeout=60, check=True, **nodes[name])
        done = subprocess.run(self.command("runner.py"), timeout=60, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              universal_newlines=True, **nodes["primary"])
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads(runs.get("run/trials/trial-000/output/result.json")[0])
        self.assertEqual(result["metrics"]["epoch"]["last"], 2)
        wait_until(lambda: runs.get("run/trials/trial-000/logs/attempt-1/worker-other/stderr.txt")[0] is not None, what="the worker's log")
        self.assertEqual(open(os.path.join(self.folder, "other", "worker.txt")).read(), "")

    def test_a_worker_that_cannot_get_its_data_fails_the_coordination(self):
        environment = dict(os.environ, DML_TRIAL_URL=self.azurite.container("runs"), DML_TRIAL_PREFIX="run/trials/trial-001", DML_NODES="2",
                           DML_DATASET_URL=self.azurite.container("datasets", "r"), DML_DATASET_PREFIX="nowhere/1",
                           AZ_BATCH_IS_CURRENT_NODE_MASTER="false")
        done = subprocess.run(self.command("worker.py"), cwd=self.make("node"), env=environment, timeout=60, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 69)
        self.assertIn(b"has no manifest.json", done.stderr)

    @staticmethod
    def command(script):
        return [sys.executable, os.path.join(JOBS, "runner", script), "--directory", os.path.join(JOBS, "image-classifier"), "--",
                "python3", "train.py"]


if __name__ == "__main__":
    unittest.main()
