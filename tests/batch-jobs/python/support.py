"""What the Python tests share: synthetic datasets, a blob service, and jobs run as real processes."""

import base64
import contextlib
import datetime
import hashlib
import hmac
import importlib.util
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))
JOBS = os.path.join(ROOT, "batch-jobs")
ACCOUNT = "devstoreaccount1"
# The emulator's published development key.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

PATIENCE = 240
"""Seconds after which a test gives up waiting: far longer than anything takes, since a busy machine says nothing about the code."""

sys.path.insert(0, os.path.join(JOBS, "runner"))
sys.path.insert(0, JOBS)

from blobs import ContainerUrl  # noqa: E402


class FolderTestCase(unittest.TestCase):
    """A test with a temporary folder of its own."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="durableml-jobs-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def make(self, *names):
        path = os.path.join(self.folder, *names)
        os.makedirs(path, exist_ok=True)
        return path

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return path


def make_dataset(folder, examples=96, validation=48, shape=(1, 12, 12), classes=3, shards=3, seed=7, targets=0, several=False):
    """A learnable dataset: each class brightens its own band of the features. With targets, numbers that lie in the same bands are to be
    predicted; with several, a row may have any number of classes."""
    import numpy as np
    random = np.random.RandomState(seed)
    os.makedirs(folder, exist_ok=True)
    splits, described = {}, {}
    for split, count in (("train", examples), ("validation", validation)):
        labels = random.randint(0, classes, count).astype(np.int64)
        features = random.randn(count, *shape).astype(np.float32)
        band = max(1, shape[-1] // classes)
        for i, label in enumerate(labels):
            features[i, ..., label * band:(label + 1) * band] += 1.5
        if several:
            labels = random.randint(0, 2, (count, classes)).astype(np.float32)
            features = random.randn(count, *shape).astype(np.float32)
            features += 3 * np.repeat(labels, band, 1)
            described = {"task": "multiLabel", "targets": [{"name": "tags", "labels": ["l%d" % i for i in range(classes)]}]}
        if targets:
            labels = np.stack([1000 * (i + 1) + 50 * features[..., i] + 20 * features[..., -1] for i in range(targets)], 1).astype(np.float32)
            described = described or {"task": "regression", "classes": 0, "targets": [
                {"name": "t%d" % i, "mean": float(labels[:, i].mean()), "standardDeviation": float(labels[:, i].std())} for i in range(targets)]}
        entries = []
        for i, (some, theirs) in enumerate(zip(np.array_split(features, shards), np.array_split(labels, shards))):
            entry = {"examples": len(theirs)}
            for part, values in (("features", some), ("labels", theirs)):
                name = "%s-%05d-%s.npy" % (split, i, part)
                np.save(os.path.join(folder, name), values)
                with open(os.path.join(folder, name), "rb") as file:
                    digest = hashlib.sha256(file.read()).hexdigest()
                entry[part] = {"file": name, "shape": list(values.shape), "dtype": str(values.dtype), "sha256": digest}
            entries.append(entry)
        splits[split] = {"examples": count, "shards": entries}
    with open(os.path.join(folder, "manifest.json"), "w") as file:
        json.dump(dict({"format": "durableml-dataset/1", "name": "bands", "splits": splits,
                        "featureShape": list(shape), "classes": classes}, **described), file)
    return folder


def job_environment(trial, dataset, parameters, **values):
    """The contract's variables for a job that is run by itself, in the folders under `trial`."""
    for name in ("checkpoint", "output"):
        os.makedirs(os.path.join(trial, name), exist_ok=True)
    with open(os.path.join(trial, "params.json"), "w") as file:
        json.dump(parameters, file)
    environment = dict(os.environ, DML_DATASET=dataset, DML_PARAMS=os.path.join(trial, "params.json"), DML_SEED="5",
                       DML_CHECKPOINT=os.path.join(trial, "checkpoint"), DML_OUTPUT=os.path.join(trial, "output"),
                       DML_THREADS="1", DML_BUDGET="2")
    environment.update({key: str(value) for key, value in values.items()})
    return environment


def run_job(job, environment, timeout=PATIENCE):
    """Runs batch-jobs/jobs/{job}/train.py to its end."""
    return subprocess.run([sys.executable, os.path.join(JOBS, "jobs", job, "train.py")], env=environment, timeout=timeout,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)


def load_build_model(job):
    """build_model of batch-jobs/jobs/{job}/train.py, in this process."""
    specification = importlib.util.spec_from_file_location("train_" + job.replace("-", "_"), os.path.join(JOBS, "jobs", job, "train.py"))
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module.build_model


def train_here(environment, prepare=lambda training: None):
    """Runs the image classifier in this process, which has PyTorch loaded; `prepare` may change the training first. Returns what it says on stderr."""
    from training.contract import Contract
    from training.loop import Training
    job = "image-classifier"
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
        training = Training(Contract(environment), os.path.join(JOBS, "jobs", job, "job.json"), load_build_model(job), "image")
        prepare(training)
        training.run()
    return said.getvalue()


def read_metrics(trial):
    with open(os.path.join(trial, "output", "metrics.jsonl")) as file:
        return [json.loads(line) for line in file]


def wait_until(condition, seconds=PATIENCE, what="the condition"):
    """Polls until the condition gives something true, and returns that."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError("%s did not come true within %d s" % (what, seconds))


def hold_port():
    """A socket with a loopback port that nobody else is given until it is closed. It does not listen, so a server that lets addresses be reused can."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held


class Azurite:
    """A blob service of its own for a test class, with its data in a temporary folder."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="durableml-azurite-")
        self.held = hold_port()
        self.port = self.held.getsockname()[1]
        modules = os.environ.get("DURABLEML_NPM") or os.path.join(ROOT, ".durableml", "npm", "node_modules")
        self.process = subprocess.Popen(
            ["node", os.path.join(modules, "azurite", "dist", "src", "blob", "main.js"), "--blobHost", "127.0.0.1", "--blobPort",
             str(self.port), "--location", self.folder, "--silent", "--skipApiVersionCheck", "--disableTelemetry"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self._answers, PATIENCE, "Azurite's port")

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.held.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def container(self, name, permissions="rwc", minutes=60):
        """Makes the container and returns a URL with a SAS that has these permissions."""
        request = urllib.request.Request(self._sas(name, "rwdlac", 60, kind="account") + "&restype=container", method="PUT", data=b"")
        try:
            urllib.request.urlopen(request, timeout=10).close()
        except urllib.error.HTTPError as error:
            if error.code != 409:
                raise
        return self._sas(name, permissions, minutes)

    def grant(self, path, trial_url, prefix, dataset_url=None, dataset_prefix=None, names=(), **changes):
        """Writes a grant for a trial whose blobs all lie in one container, and for a dataset's blobs of these names."""
        now = time.time()
        document = {"format": "durableml-grant/1", "issued": now, "expires": now + 3600, "grant": trial_url, "container": trial_url,
                    "prefix": prefix, "blobs": {}}
        if dataset_url:
            blobs = {"%s/%s" % (dataset_prefix, name): ContainerUrl(dataset_url).url("%s/%s" % (dataset_prefix, name)) for name in names}
            document["dataset"] = {"prefix": dataset_prefix, "blobs": blobs}
        document.update(changes)
        with open(path, "w") as file:
            json.dump(document, file)
        return path

    def _sas(self, container, permissions, minutes, kind="container"):
        end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
        expiry = end.strftime("%Y-%m-%dT%H:%M:%SZ")
        version = "2020-12-06"
        if kind == "account":
            text = [ACCOUNT, permissions, "b", "sco", "", expiry, "", "", version, "", ""]
            query = {"sv": version, "ss": "b", "srt": "sco", "sp": permissions, "se": expiry}
        else:
            path = "/blob/%s/%s" % (ACCOUNT, container)
            text = [permissions, "", expiry, path, "", "", "", version, "c", "", "", "", "", "", "", ""]
            query = {"sv": version, "sr": "c", "sp": permissions, "se": expiry}
        digest = hmac.new(base64.b64decode(KEY), "\n".join(text).encode(), hashlib.sha256).digest()
        query["sig"] = base64.b64encode(digest).decode()
        return "http://127.0.0.1:%d/%s/%s?%s" % (self.port, ACCOUNT, container, urllib.parse.urlencode(query))

    def _answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
