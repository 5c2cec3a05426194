import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import unittest

from support import JOBS, Azurite, FolderTestCase, make_dataset, wait_until
from blobs import BlobContainer


class RunnerTests(FolderTestCase):
    """The runner as a process, against a blob service, with small programs as jobs."""

    @classmethod
    def setUpClass(cls):
        cls.azurite = Azurite()
        cls.addClassCleanup(cls.azurite.stop)

    def setUp(self):
        super().setUp()
        self.prefix = "run-%s/trials/trial-000" % os.path.basename(self.folder)
        self.url = self.azurite.container("runs")
        self.blobs = BlobContainer(self.url)
        self.shared = self.make("shared")

    def start(self, script, wd="wd", **values):
        environment = dict(os.environ, DML_TRIAL_URL=self.url, DML_TRIAL_PREFIX=self.prefix, DML_BUDGET="3", DML_SEED="9",
                           AZ_BATCH_NODE_SHARED_DIR=self.shared, DML_SYNC_SECONDS="0.1")
        environment.update({key: str(value) for key, value in values.items()})
        return subprocess.Popen(
            [sys.executable, os.path.join(JOBS, "runner", "runner.py"), "--", "python3", "-c", script], cwd=self.make(wd),
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)

    def run_to_end(self, script, **values):
        process = self.start(script, **values)
        out, error = process.communicate(timeout=60)
        return process.returncode, out, error

    def blob(self, name):
        return self.blobs.get(self.prefix + "/" + name)[0]

    def json_blob(self, name):
        text = self.blob(name)
        return None if text is None else json.loads(text)

    def upload_dataset(self, damage=None):
        folder = make_dataset(os.path.join(self.folder, "dataset"))
        url = self.azurite.container("datasets")
        container = BlobContainer(url)
        prefix = "bands/" + os.path.basename(self.folder)
        for name in os.listdir(folder):
            container.upload(prefix + "/" + name, os.path.join(folder, name))
        if damage:
            container.put(prefix + "/" + damage, b"damaged")
        return {"DML_DATASET_URL": self.azurite.container("datasets", "r"), "DML_DATASET_PREFIX": prefix}

    def test_a_job_gets_its_files_and_its_outputs_logs_and_result_are_kept(self):
        self.blobs.put(self.prefix + "/params.json", b'{"learning_rate": 0.5}')
        code, out, error = self.run_to_end("""
import json, os
print(json.load(open(os.environ["DML_PARAMS"]))["learning_rate"], os.environ["DML_BUDGET"], os.environ["DML_SEED"])
print(len(os.listdir(os.environ["DML_DATASET"])), "DML_TRIAL_URL" in os.environ)
output = os.environ["DML_OUTPUT"]
with open(output + "/metrics.jsonl", "w") as file:
    for accuracy in (0.5, 0.9, 0.8):
        file.write(json.dumps({"validation_accuracy": accuracy, "loss": None}) + "\\n")
os.makedirs(output + "/more")
open(output + "/more/model.onnx", "wb").write(b"weights")
""", **self.upload_dataset())
        self.assertEqual(code, 0, error)
        self.assertEqual(out.split(), ["0.5", "3", "9", "14", "False"])
        self.assertEqual(self.blob("logs/attempt-1/start-1/stdout.txt").decode(), out)
        self.assertEqual(self.blob("output/more/model.onnx"), b"weights")
        result = self.json_blob("output/result.json")
        self.assertEqual((result["exitCode"], result["reason"], result["attempt"], result["budget"]), (0, "succeeded", 1, 3))
        self.assertEqual(result["metrics"]["validation_accuracy"], {"last": 0.8, "minimum": 0.5, "maximum": 0.9})
        self.assertEqual([item["file"] for item in result["outputs"]], ["metrics.jsonl", "more/model.onnx"])
        self.assertEqual(self.json_blob("starts/1-1.json")["attempt"], 1)

    def test_the_settings_may_come_from_a_file(self):
        path = self.write("io.json", json.dumps({"DML_TRIAL_URL": self.url, "DML_TRIAL_PREFIX": self.prefix, "DML_ATTEMPT": 4}))
        environment = {key: value for key, value in os.environ.items() if not key.startswith("DML_")}
        subprocess.run([sys.executable, os.path.join(JOBS, "runner", "runner.py"), "--", "true"], cwd=self.make("wd"),
                       env=dict(environment, DML_IO=path), check=True, timeout=60)
        self.assertEqual(self.json_blob("output/result.json")["attempt"], 4)

    def test_the_exit_code_of_the_job_is_passed_on_with_its_last_words(self):
        for wanted, reason in ((64, "non-retryable"), (3, "failed")):
            code, _, _ = self.run_to_end("import sys; print('learning_rate is no good', file=sys.stderr); sys.exit(%d)" % wanted)
            result = self.json_blob("output/result.json")
            self.assertEqual((code, result["exitCode"], result["reason"]), (wanted, wanted, reason))
            self.assertEqual(result["message"], "learning_rate is no good")

    def test_a_missing_setting_is_named_in_one_line(self):
        code, _, error = self.run_to_end("pass", DML_TRIAL_PREFIX="")
        self.assertEqual(code, 69)
        self.assertRegex(error, r"^runner: DML_TRIAL_PREFIX is not set[^\n]*\n$")

    def test_a_scratch_folder_that_holds_other_things_is_refused(self):
        kept = self.write("wd/precious", "x")
        code, _, error = self.run_to_end("pass", DML_WORK=".")
        self.assertEqual(code, 69)
        self.assertIn("DML_WORK must be a folder of its own", error)
        self.assertTrue(os.path.exists(kept))

    def test_a_command_that_cannot_start_is_reported(self):
        environment = dict(os.environ, DML_TRIAL_URL=self.url, DML_TRIAL_PREFIX=self.prefix)
        done = subprocess.run([sys.executable, os.path.join(JOBS, "runner", "runner.py"), "--", "no-such-program"],
                              cwd=self.make("wd"), env=environment, timeout=60, stderr=subprocess.PIPE, universal_newlines=True)
        self.assertEqual(done.returncode, 69)
        self.assertIn("cannot start the job's command 'no-such-program'", done.stderr)
        self.assertEqual(self.json_blob("output/result.json")["reason"], "infrastructure")

    def test_a_damaged_shard_stops_the_trial_before_the_job(self):
        code, out, error = self.run_to_end("print('started')", **self.upload_dataset(damage="train-00001-labels.npy"))
        self.assertEqual((code, out), (69, ""))
        self.assertIn("train-00001-labels.npy is corrupted", error)
        self.assertIn("corrupted", self.json_blob("output/result.json")["message"])

    def test_trials_on_one_node_share_a_dataset_and_download_it_once(self):
        dataset = self.upload_dataset()
        script = "import os; print(os.environ['DML_DATASET'], os.stat(os.environ['DML_DATASET'] + '/manifest.json').st_ino)"
        running = [self.start(script, wd="wd%d" % i, DML_TRIAL_PREFIX=self.prefix + str(i), **dataset) for i in range(3)]
        places = {process.communicate(timeout=60)[0] for process in running}
        self.assertEqual(len(places), 1)
        self.assertTrue(places.pop().startswith(self.shared))

    CHECKPOINTING = """
import os, signal, sys, time
folder = os.environ["DML_CHECKPOINT"]
path = folder + "/state"
step = int(open(path).read()) if os.path.exists(path) else 0
print("from", step, flush=True)
def save():
    open(path + ".tmp", "w").write(str(step)); os.replace(path + ".tmp", path)
def stop(*_):
    save(); sys.exit(143)
signal.signal(signal.SIGTERM, stop)
while step < %d:
    step += 1
    if step %% 10 == 0: save()
    time.sleep(0.02)
"""

    def test_checkpoints_go_up_while_the_job_runs_and_come_back_after_a_kill(self):
        process = self.start(self.CHECKPOINTING % 10000)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        wait_until(lambda: (self.json_blob("checkpoint/latest.json") or {}).get("sequence", 0) >= 2, what="a second checkpoint")
        process.kill()
        process.wait()
        pointer = self.json_blob("checkpoint/latest.json")
        kept = int(self.blob("checkpoint/%s/state" % pointer["slot"]))
        code, out, error = self.run_to_end(self.CHECKPOINTING % (kept + 5))
        self.assertEqual((code, out), (0, "from %d\n" % kept), error)
        self.assertIsNotNone(self.json_blob("starts/1-2.json"))

    def test_a_job_that_writes_checkpoints_all_the_time_gets_them_uploaded_too(self):
        process = self.start(self.CHECKPOINTING.replace("step %% 10 == 0", "True").replace("0.02", "0.002") % 1000000)
        wait_until(lambda: (self.json_blob("checkpoint/latest.json") or {}).get("sequence", 0) >= 2, what="a second checkpoint")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)

    def test_sigterm_gives_the_job_time_for_a_last_checkpoint_and_counts_as_preemption(self):
        process = self.start(self.CHECKPOINTING % 10000)
        wait_until(lambda: (self.json_blob("checkpoint/latest.json") or {}).get("sequence"), what="a checkpoint")
        process.send_signal(signal.SIGTERM)
        _, error = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 143, error)
        self.assertIsNone(self.blob("output/result.json"))
        pointer = self.json_blob("checkpoint/latest.json")
        kept = int(self.blob("checkpoint/%s/state" % pointer["slot"]))
        code, out, _ = self.run_to_end(self.CHECKPOINTING % kept)
        self.assertEqual((code, out), (0, "from %d\n" % kept))

    def test_azures_own_notice_counts_as_sigterm_but_not_the_one_for_another_machine(self):
        for machine, wanted in (("other_1", 0), ("node_0", 143)):
            metadata = MetadataService(machine)
            self.addCleanup(metadata.close)
            code, _, error = self.run_to_end(
                "import time; time.sleep(2)", DML_SCHEDULED_EVENTS="http://127.0.0.1:%d" % metadata.server_port,
                AZ_BATCH_NODE_IS_DEDICATED="false")
            self.assertEqual(code, wanted, error)

    def test_a_job_that_ignores_sigterm_is_killed_after_the_grace(self):
        process = self.start("import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('on', flush=True)\ntime.sleep(60)",
                             DML_GRACE_SECONDS="0.5")
        self.assertEqual(process.stdout.readline(), "on\n")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 143)

    SPAWNING = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"])
print(child.pid, flush=True)
%s
"""

    def test_children_that_the_job_leaves_behind_are_ended_with_it(self):
        code, out, error = self.run_to_end(self.SPAWNING % "")
        self.assertEqual(code, 0, error)
        wait_until(lambda: not _alive(int(out)), what="the child's end")

    def test_nothing_survives_when_the_runner_is_killed(self):
        process = self.start(self.SPAWNING % "time.sleep(120)")
        child = int(process.stdout.readline())
        process.kill()
        process.communicate(timeout=60)
        wait_until(lambda: not _alive(child), what="the child's end")

    def test_a_start_that_was_thought_dead_cannot_overwrite_its_successor(self):
        old = self.start(self.CHECKPOINTING % 100000)
        wait_until(lambda: (self.json_blob("checkpoint/latest.json") or {}).get("sequence"), what="a checkpoint")
        new = self.start(self.CHECKPOINTING % 100000, wd="other", DML_ATTEMPT="2")
        _, error = old.communicate(timeout=60)
        self.assertEqual(old.returncode, 69)
        self.assertIn("a later start of this trial has written a checkpoint", error)
        self.assertIsNone(self.blob("output/result.json"))
        new.send_signal(signal.SIGTERM)
        new.communicate(timeout=60)


class MetadataService(http.server.ThreadingHTTPServer):
    """Azure's instance metadata service on a machine called node_0, with a Preempt event for the machine that is named."""

    daemon_threads = True

    def __init__(self, preempted):
        self.events = {"Events": [{"EventType": "Preempt", "Resources": [preempted]}]}
        super().__init__(("127.0.0.1", 0), MetadataHandler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()


class MetadataHandler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"node_0" if "/compute/name" in self.path else json.dumps(self.server.events).encode()
        self.send_response(200 if self.headers.get("Metadata") == "true" else 400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def _alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    unittest.main()
