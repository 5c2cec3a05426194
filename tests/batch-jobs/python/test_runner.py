import hashlib
import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time
import unittest

from support import JOBS, Azurite, FolderTestCase, make_dataset, wait_until
from blobs import BlobContainer
from gpus import count_gpus
from log import trace_id


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

    def start(self, script, wd="wd", prefix=None, dataset=(), command=None, grant=None, **values):
        environment = dict(os.environ, DML_BUDGET="3", DML_SEED="9", AZ_BATCH_NODE_SHARED_DIR=self.shared, DML_SYNC_SECONDS="0.1")
        environment.update({key: str(value) for key, value in values.items()})
        folder = self.make(wd)
        path = self.azurite.grant(os.path.join(folder, "grant.json"), self.url, prefix or self.prefix, *dataset, **(grant or {}))
        return subprocess.Popen(
            [sys.executable, os.path.join(JOBS, "runner", "runner.py"), "--grant", path, "--"] + (command or ["python3", "-c", script]),
            cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)

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
        return self.azurite.container("datasets", "r"), prefix, os.listdir(folder)

    def test_a_job_gets_its_files_and_its_outputs_logs_and_result_are_kept(self):
        self.blobs.put(self.prefix + "/params.json", b'{"learning_rate": 0.5}')
        code, out, error = self.run_to_end("""
import json, os
print(json.load(open(os.environ["DML_PARAMS"]))["learning_rate"], os.environ["DML_BUDGET"], os.environ["DML_SEED"])
print(len(os.listdir(os.environ["DML_DATASET"])), os.path.exists("grant.json"))
output = os.environ["DML_OUTPUT"]
with open(output + "/metrics.jsonl", "w") as file:
    for accuracy in (0.5, 0.9, 0.8):
        file.write(json.dumps({"validation_accuracy": accuracy, "loss": None}) + "\\n")
os.makedirs(output + "/more")
open(output + "/more/model.onnx", "wb").write(b"weights")
""", dataset=self.upload_dataset())
        self.assertEqual(code, 0, error)
        self.assertEqual(out.split(), ["0.5", "3", "9", "14", "False"])
        self.assertEqual(self.blob("logs/attempt-1/start-1/stdout.txt").decode(), out)
        self.assertEqual(self.blob("output/more/model.onnx"), b"weights")
        result = self.json_blob("output/result.json")
        self.assertEqual((result["exitCode"], result["reason"], result["attempt"], result["budget"]), (0, "succeeded", 1, 3))
        self.assertEqual(result["metrics"]["validation_accuracy"], {"last": 0.8, "minimum": 0.5, "maximum": 0.9})
        self.assertEqual([item["file"] for item in result["outputs"]], ["metrics.jsonl", "more/model.onnx"])
        self.assertEqual(self.json_blob("starts/1-1.json")["attempt"], 1)

    def test_a_trial_is_left_as_mlflow_keeps_a_run_too(self):
        self.blobs.put(self.prefix + "/params.json", b'{"learning_rate": 0.5, "optimizer": "adamw"}')
        code, _, error = self.run_to_end("""
import json, os
with open(os.environ["DML_OUTPUT"] + "/metrics.jsonl", "w") as file:
    file.write(json.dumps({"kind": "step", "epoch": 0.5, "loss": 3.0}) + "\\n")
    for epoch, loss in ((1, 0.5), (2, 0.25)):
        file.write(json.dumps({"kind": "epoch", "epoch": epoch, "loss": loss}) + "\\n")
""")
        self.assertEqual(code, 0, error)
        run = self.prefix.split("/")[0]
        identity = hashlib.sha256(("%s/trial-000" % run).encode()).hexdigest()[:32]
        self.assertEqual(self.json_blob("mlruns/%s/meta.yaml" % run)["experiment_id"], run)
        meta = self.json_blob("mlruns/%s/%s/meta.yaml" % (run, identity))
        self.assertEqual((meta["run_id"], meta["run_uuid"], meta["status"], meta["lifecycle_stage"], meta["run_name"]), (identity, identity, 3, "active", "trial-000"))
        self.assertLessEqual(meta["start_time"], meta["end_time"])
        lines = [line.split(" ") for line in self.blob("mlruns/%s/%s/metrics/loss" % (run, identity)).decode().splitlines()]
        self.assertEqual([(float(value), int(step)) for _, value, step in lines], [(0.5, 1), (0.25, 2)])
        self.assertEqual(self.blob("mlruns/%s/%s/params/learning_rate" % (run, identity)), b"0.5")
        self.assertEqual(self.blob("mlruns/%s/%s/params/optimizer" % (run, identity)), b"adamw")
        self.assertEqual(self.blob("mlruns/%s/%s/tags/mlflow.runName" % (run, identity)), b"trial-000")

    def test_no_process_below_the_runner_finds_a_signature(self):
        code, out, error = self.run_to_end("""
import glob, os
found, mark = [], "sig".encode() + b"="
for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):
    pid = path.split("/")[2]
    try:
        here = os.readlink("/proc/%s/cwd" % pid) == os.getcwd()
        if here and mark in open(path, "rb").read():
            found.append(path)
    except OSError:
        pass
for root, _, files in os.walk("."):
    found += [os.path.join(root, name) for name in files if mark in open(os.path.join(root, name), "rb").read()]
print(found)
""")
        self.assertEqual((code, out), (0, "[]\n"), error)

    def test_the_exit_code_of_the_job_is_passed_on_with_its_last_words(self):
        for wanted, reason in ((64, "non-retryable"), (3, "failed")):
            code, _, _ = self.run_to_end("import sys; print('learning_rate is no good', file=sys.stderr); sys.exit(%d)" % wanted)
            result = self.json_blob("output/result.json")
            self.assertEqual((code, result["exitCode"], result["reason"]), (wanted, wanted, reason))
            self.assertEqual(result["message"], "learning_rate is no good")

    def test_a_missing_or_damaged_grant_and_a_wrong_setting_are_told_in_one_line(self):
        runner = [sys.executable, os.path.join(JOBS, "runner", "runner.py")]
        damaged = self.write("damaged.json", json.dumps({"format": "durableml-grant/1", "container": self.url}))
        for arguments, values, words in (
                (["--grant", "nowhere.json"], {}, "runner: the grant nowhere.json cannot be read and removed"),
                (["--grant", damaged], {}, "runner: the grant is not valid: KeyError"),
                (["--grant", damaged], {"DML_BUDGET": "many"}, "runner: DML_BUDGET must be an integer, not 'many'")):
            done = subprocess.run(runner + arguments + ["--", "true"], cwd=self.make("wd"), env=dict(os.environ, **values), timeout=60,
                                  stderr=subprocess.PIPE, universal_newlines=True)
            self.assertEqual(done.returncode, 69)
            self.assertRegex(done.stderr, r"^%s[^\n]*\n$" % words)
            self.assertNotIn("sig=", done.stderr)

    def test_a_scratch_folder_that_holds_other_things_is_refused(self):
        kept = self.write("wd/precious", "x")
        code, _, error = self.run_to_end("pass", DML_WORK=".")
        self.assertEqual(code, 69)
        self.assertIn("DML_WORK must be a folder of its own", error)
        self.assertTrue(os.path.exists(kept))

    def test_a_command_that_cannot_start_is_reported(self):
        code, _, error = self.run_to_end("", command=["no-such-program"])
        self.assertEqual(code, 69)
        self.assertIn("cannot start the job's command 'no-such-program'", error)
        self.assertEqual(self.json_blob("output/result.json")["reason"], "infrastructure")

    def test_a_job_that_needs_a_gpu_ends_with_words_on_a_node_without_one_before_its_data_are_brought(self):
        self.write("wd/job.json", '{"gpu": "required"}')
        code, out, error = self.run_to_end("print('started')", dataset=self.upload_dataset(damage="train-00001-labels.npy"))
        self.assertEqual((code, out), (64, ""), error)
        result = self.json_blob("output/result.json")
        self.assertEqual((result["reason"], result["gpus"]), ("non-retryable", 0))
        self.assertIn("job.json says gpu: required, and this node has none: run the job on a pool of VM sizes with GPUs", result["message"])

    def test_a_job_that_would_take_a_gpu_runs_without_one_and_that_is_said(self):
        self.write("wd/job.json", '{"gpu": "optional"}')
        code, _, error = self.run_to_end("pass")
        self.assertEqual(code, 0, error)
        self.assertIn("runner: the job would take a GPU (job.json says gpu: optional), and this node has none: it runs on the CPU", error)
        self.assertEqual((self.json_blob("output/result.json")["gpus"], self.json_blob("starts/1-1.json")["gpus"]), (0, 0))

    def test_gpus_are_counted_by_what_the_driver_shows(self):
        for name in ("nvidia0", "nvidia1", "nvidia11", "nvidiactl", "nvidia-uvm", "null"):
            self.write("dev/" + name, "")
        self.assertEqual(count_gpus(os.path.join(self.folder, "dev")), 3)
        self.write("wsl/dxg", "")
        self.assertEqual((count_gpus(os.path.join(self.folder, "wsl")), count_gpus(os.path.join(self.folder, "none"))), (1, 0))

    def test_every_line_of_the_runner_carries_the_trace_that_the_task_belongs_to(self):
        parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        script = "import os; os.symlink('/etc/hostname', os.environ['DML_OUTPUT'] + '/link'); print(os.environ['TRACEPARENT'])"
        code, out, error = self.run_to_end(script, TRACEPARENT=parent)
        self.assertEqual((code, out), (0, parent + "\n"), error)
        lines = [line for line in error.splitlines() if line.startswith("runner: ")]
        self.assertTrue(lines and all(line.endswith(" trace_id=4bf92f3577b34da6a3ce929d0e0e4736") for line in lines), error)
        self.assertEqual(self.json_blob("starts/1-1.json")["trace"], "4bf92f3577b34da6a3ce929d0e0e4736")
        self.write("wd/job.json", "{")
        code, _, error = self.run_to_end("pass", TRACEPARENT=parent)
        self.assertRegex(error, r"^runner: job.json is not valid: .* trace_id=4bf92f3577b34da6a3ce929d0e0e4736\n$")

    def test_a_traceparent_that_is_none_is_passed_over(self):
        for text in ("", "00-4bf92f35-00f067aa0ba902b7-01", "00-%s-00f067aa0ba902b7-01" % ("0" * 32), "ff-%s-00f067aa0ba902b7-01" % ("a" * 32)):
            self.assertIsNone(trace_id({"TRACEPARENT": text}), text)

    def test_a_damaged_shard_stops_the_trial_before_the_job(self):
        code, out, error = self.run_to_end("print('started')", dataset=self.upload_dataset(damage="train-00001-labels.npy"))
        self.assertEqual((code, out), (69, ""))
        self.assertIn("train-00001-labels.npy is corrupted", error)
        self.assertIn("corrupted", self.json_blob("output/result.json")["message"])

    def test_trials_on_one_node_share_a_dataset_and_download_it_once(self):
        dataset = self.upload_dataset()
        script = "import os; print(os.environ['DML_DATASET'], os.stat(os.environ['DML_DATASET'] + '/manifest.json').st_ino)"
        running = [self.start(script, wd="wd%d" % i, prefix=self.prefix + str(i), dataset=dataset) for i in range(3)]
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

    def test_a_checkpoint_of_another_trial_is_taken_over_once_and_goes_on_as_the_trials_own(self):
        write = ("import os; folder = os.environ['DML_CHECKPOINT']; path = os.path.join(folder, 'state'); "
                 "had = open(path).read() if os.path.exists(path) else ''; print(had, os.environ.get('DML_INHERITED')); "
                 "open(path + '.tmp', 'w').write(had + os.environ['DML_SEED']); os.replace(path + '.tmp', path)")
        source = self.prefix + "-source"
        self.assertEqual(self.run_to_end(write, prefix=source, wd="source", DML_SEED=1, DML_BUDGET=4)[0], 0)
        kept = json.loads(self.blobs.get(source + "/checkpoint/at-4.json")[0])
        self.assertEqual(self.run_to_end(write, prefix=source, wd="source", DML_SEED=2, DML_BUDGET=8)[0], 0, "the source goes on")
        self.assertEqual(self.run_to_end(write, DML_SEED=5, DML_BUDGET=4)[0], 0, "it has one of its own")
        inherited = {"id": "trial-003/4", "prefix": "%s/checkpoint/%s" % (source, kept["slot"]), "files": kept["files"]}

        said = [self.run_to_end(write, DML_SEED=seed, DML_BUDGET=8, grant={"inherited": inherited}) for seed in (6, 7)]
        last = self.run_to_end(write, DML_SEED=8, DML_BUDGET=9)

        self.assertEqual([code for code, _, _ in said + [last]], [0, 0, 0], said)
        pointer = self.json_blob("checkpoint/latest.json")
        self.assertEqual(pointer["inherited"], "trial-003/4")
        self.assertEqual(self.blob("checkpoint/%s/state" % pointer["slot"]), b"1678", "what the source had at 4, not at 8, and once")
        self.assertEqual([out for _, out, _ in said + [last]], ["1 trial-003/4\n", "16 trial-003/4\n", "167 trial-003/4\n"])

    def test_pipes_and_links_among_a_checkpoint_are_left_out(self):
        code, _, error = self.run_to_end("""
import os
folder = os.environ["DML_CHECKPOINT"]
os.mkfifo(folder + "/pipe"); os.symlink("/etc/hostname", folder + "/link"); open(folder + "/state", "w").write("1")
""")
        self.assertEqual(code, 0, error)
        self.assertEqual([item["file"] for item in self.json_blob("checkpoint/latest.json")["files"]], ["state"])

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

    def test_a_job_that_the_app_asks_to_stop_saves_a_checkpoint_and_that_is_the_attempts_result(self):
        process = self.start(self.CHECKPOINTING % 10000)
        wait_until(lambda: (self.json_blob("checkpoint/latest.json") or {}).get("sequence"), what="a checkpoint")
        self.blobs.put(self.prefix + "/stop.json", b'{"attempt": 2}')
        time.sleep(2.5)
        self.assertIsNone(process.poll(), "that was about another attempt")
        self.blobs.put(self.prefix + "/stop.json", b'{"attempt": 1}')
        out, error = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, error)
        result = self.json_blob("output/result.json")
        self.assertEqual((result["reason"], result["exitCode"]), ("stopped", 0))
        self.assertGreaterEqual(int(self.blob("checkpoint/%s/state" % result["checkpoint"]["slot"])), 10)

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
