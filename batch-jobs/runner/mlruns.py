"""Writes a trial as MLflow's file store keeps a run, so that `mlflow ui` opens it: an experiment for each run, a run of it for each trial.

The layout is that of MLflow's FileStore: `{experiment}/meta.yaml`, and in `{experiment}/{run}/` `meta.yaml`, `metrics/NAME` with a line
`timestamp value step` for each value, `params/NAME` and `tags/NAME`. A JSON document is YAML too.
"""

import hashlib
import json
import math
import os
import re

FINISHED, FAILED = 3, 4
LOCAL = 4
"""MLflow's numbers for the status of a run and for where its source lies."""

EXPERIMENT_ID = re.compile(r"^[a-zA-Z0-9][\w\-]{0,62}$")
NAME = re.compile(r"^[\w.\- ]{1,250}$")


def write(folder, run, trial, metrics, parameters, started, ended, succeeded):
    """Writes the trial below a folder. `metrics` is the path of metrics.jsonl, `parameters` an object, times are seconds since 1970."""
    experiment = run if EXPERIMENT_ID.match(run) else hashlib.sha256(run.encode()).hexdigest()[:32]
    identity = hashlib.sha256(("%s/%s" % (run, trial)).encode()).hexdigest()[:32]
    start, end = int(started * 1000), int(ended * 1000)
    place = os.path.join(folder, experiment)
    _put(place, "meta.yaml", json.dumps({
        "artifact_location": "", "creation_time": start, "experiment_id": experiment, "last_update_time": end,
        "lifecycle_stage": "active", "name": run}, indent=1))
    place = os.path.join(place, identity)
    _put(place, "meta.yaml", json.dumps({
        "artifact_uri": "", "end_time": end, "entry_point_name": "", "experiment_id": experiment, "lifecycle_stage": "active", "run_id": identity,
        "run_name": trial, "run_uuid": identity, "source_name": "", "source_type": LOCAL, "source_version": "", "start_time": start,
        "status": FINISHED if succeeded else FAILED, "tags": [], "user_id": "durableml"}, indent=1))
    _put(place, "tags/mlflow.runName", trial)
    for name, value in parameters.items():
        if NAME.match(name):
            _put(place, "params/" + name, value if isinstance(value, str) else json.dumps(value))
    for name, lines in _values(metrics, end).items():
        _put(place, "metrics/" + name, "".join(lines))


def _values(path, when):
    """{name: ["timestamp value step\\n", …]}. Where lines say that an epoch is over, only those count, and the epoch is the step."""
    rows = []
    if os.path.exists(path):
        with open(path, encoding="utf-8", errors="replace") as file:
            for line in file:
                try:
                    row = json.loads(line)
                except ValueError:
                    continue  # cut short when the job was killed
                if isinstance(row, dict):
                    rows.append(row)
    epochs = [row for row in rows if row.get("kind") == "epoch" and _is_number(row.get("epoch"))]
    values = {}
    for number, row in enumerate(epochs or rows, 1):
        step = int(row["epoch"]) if epochs else number
        for name, value in row.items():
            if _is_number(value) and NAME.match(name):
                values.setdefault(name, []).append("%d %r %d\n" % (when, value, step))
    return values


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _put(folder, name, text):
    path = os.path.join(folder, *name.split("/"))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
