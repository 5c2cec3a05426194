"""A trial's folder in blobs: starts, parameters, metrics, logs, outputs and the result."""

import json
import math
import os
import time

from blobs import PreconditionFailed
from checkpoints import hash_file
from errors import RunnerError
from log import say

MAXIMUM_STARTS = 1000
METRICS_BYTES_A_SECOND = 250000
"""What metrics.jsonl, which goes up whole each time, may take of the line on average."""


class TrialStore:
    """Reads and writes `{runId}/trials/{trialId}/…`."""

    def __init__(self, container, prefix, attempt):
        self._container = container
        self._prefix = prefix + "/"
        self._attempt = attempt
        self._logged = {}
        self._metrics = None
        self._metrics_kept = None
        self._metrics_at = -math.inf
        self.start = 0

    def record_start(self, when, details):
        """Writes `starts/{attempt}-{n}.json` under the first free n. Returns n."""
        content = json.dumps(dict(details, id=os.urandom(16).hex(), startedAt=when)).encode()
        for number in range(1, MAXIMUM_STARTS + 1):
            name = "%sstarts/%d-%d.json" % (self._prefix, self._attempt, number)
            try:
                self._container.put(name, content, if_none_match="*")
            except PreconditionFailed:
                if self._container.get(name)[0] != content:
                    continue
            self.start = number
            return number
        raise RunnerError("attempt %d of this trial was started over %d times" % (self._attempt, MAXIMUM_STARTS))

    def parameters(self):
        """The bytes of params.json; an empty object where the trial has none."""
        text, _ = self._container.get(self._prefix + "params.json")
        if text is None:
            return b"{}"
        try:
            valid = isinstance(json.loads(text), dict)
        except ValueError:
            valid = False
        if not valid:
            raise RunnerError("params.json of this trial is not a JSON object")
        return text

    def is_to_stop(self):
        """Whether the app wishes that this attempt save a checkpoint and exit."""
        text, _ = self._container.get(self._prefix + "stop.json")
        try:
            return text is not None and json.loads(text)["attempt"] == self._attempt
        except (ValueError, KeyError, TypeError) as error:
            raise RunnerError("stop.json of this trial is not valid: %r" % error) from error

    def restore_metrics(self, path):
        """Puts the metrics of earlier starts back, so that the job appends to them."""
        text, _ = self._container.get(self._prefix + "output/metrics.jsonl")
        if text is not None:
            with open(path, "wb") as file:
                file.write(text)

    def sync_metrics(self, path, final=False):
        """Uploads metrics.jsonl if it changed; the larger it is, the seldomer, except for the final time."""
        stamp = _stamp(path)
        if not stamp or stamp == self._metrics:
            return
        if final or time.monotonic() - self._metrics_at >= stamp[0] / METRICS_BYTES_A_SECOND:
            self._metrics_kept = self._container.upload(self._prefix + "output/metrics.jsonl", path)
            self._metrics, self._metrics_at = stamp, time.monotonic()

    def sync_logs(self, folder, target=None):
        """Uploads the logs that changed to `logs/attempt-{attempt}/start-{n}/`, or to another folder of the attempt.

        stdout.txt even if it is empty: when it was written says until when this start was heard of.
        """
        target = target or "start-%d" % self.start
        for name in ("stdout.txt", "stderr.txt"):
            path = os.path.join(folder, name)
            stamp = _stamp(path)
            if stamp and stamp != self._logged.get(name) and (stamp[0] or name == "stdout.txt"):
                self._container.upload("%slogs/attempt-%d/%s/%s" % (self._prefix, self._attempt, target, name), path)
                self._logged[name] = stamp

    def upload_outputs(self, folder):
        """Uploads everything in the output folder. Returns [{file, bytes, sha256}]."""
        outputs = []
        for root, folders, files in os.walk(folder):
            folders.sort()
            for file in sorted(files):
                path = os.path.join(root, file)
                name = os.path.relpath(path, folder).replace(os.sep, "/")
                if name == "result.json":
                    raise RunnerError("the job wrote output/result.json, a name that the runner keeps for itself")
                if os.path.islink(path) or not os.path.isfile(path):
                    say("output/%s is not kept: it is no plain file" % name)
                    continue
                # The metrics have mostly gone up a moment ago.
                known = self._metrics_kept if name == "metrics.jsonl" and _stamp(path) == self._metrics else None
                size, digest = known or self._container.upload(self._prefix + "output/" + name, path)
                if digest != hash_file(path):
                    raise RunnerError("output/%s changed while it was uploaded" % name)
                outputs.append({"file": name, "bytes": size, "sha256": digest})
        return outputs

    def upload_folder(self, name, folder):
        """Uploads a folder's files below `{name}/`."""
        for root, _, files in os.walk(folder):
            for file in files:
                path = os.path.join(root, file)
                self._container.upload("%s%s/%s" % (self._prefix, name, os.path.relpath(path, folder).replace(os.sep, "/")), path)

    def write_result(self, result):
        """Writes output/result.json: the sign that this attempt is over."""
        self._container.put(self._prefix + "output/result.json", json.dumps(result, indent=1).encode())


def _stamp(path):
    try:
        stat = os.stat(path)
    except FileNotFoundError:
        return None
    return stat.st_size, stat.st_mtime_ns
