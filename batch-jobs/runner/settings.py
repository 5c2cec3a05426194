"""The runner's own settings: environment variables, or the JSON file that DML_IO names."""

import json
import os

from errors import RunnerError


class Settings:
    """Where a trial's data comes from and goes to. See batch-jobs/README.md for each name."""

    def __init__(self, values):
        self.trial_url = _required(values, "DML_TRIAL_URL")
        self.trial_prefix = _required(values, "DML_TRIAL_PREFIX").strip("/")
        self.dataset_url = values.get("DML_DATASET_URL", "")
        self.dataset_prefix = values.get("DML_DATASET_PREFIX", "").strip("/")
        if bool(self.dataset_url) != bool(self.dataset_prefix):
            raise RunnerError("DML_DATASET_URL and DML_DATASET_PREFIX go together: set both or neither")
        self.attempt = _integer(values, "DML_ATTEMPT", 1, 1)
        self.budget = _integer(values, "DML_BUDGET", 1, 0)
        self.seed = _integer(values, "DML_SEED", 0, 0)
        self.grace = _number(values, "DML_GRACE_SECONDS", 20.0)
        self.interval = _number(values, "DML_SYNC_SECONDS", 1.0)
        self.cached_datasets = _integer(values, "DML_CACHED_DATASETS", 4, 1)
        self.nodes = _integer(values, "DML_NODES", 1, 1)
        self.port = _integer(values, "DML_RENDEZVOUS_PORT", 6105, 1)
        self.master = values.get("AZ_BATCH_MASTER_NODE", "127.0.0.1:6000").rsplit(":", 1)[0]
        self.notices = values.get("DML_SCHEDULED_EVENTS", "") if values.get("AZ_BATCH_NODE_IS_DEDICATED", "") == "false" else ""
        self.work = os.path.abspath(values.get("DML_WORK", "work"))
        if os.path.commonpath([self.work, os.getcwd()]) == self.work:
            raise RunnerError("DML_WORK must be a folder of its own, not '%s': it is emptied at the start" % self.work)
        self.shared = values.get("AZ_BATCH_NODE_SHARED_DIR", "")

    @staticmethod
    def load(environment):
        """Environment variables win over the file that DML_IO names, so that one value can be overridden."""
        values = {}
        path = environment.get("DML_IO")
        if path:
            try:
                with open(path, encoding="utf-8") as file:
                    values = {key: str(value) for key, value in json.load(file).items()}
            except (OSError, ValueError, AttributeError) as error:
                raise RunnerError("DML_IO: cannot read %s as a JSON object: %s" % (path, error)) from error
        values.update({key: value for key, value in environment.items() if key.startswith(("DML_", "AZ_BATCH_"))})
        return Settings(values)


def _required(values, name):
    value = values.get(name, "")
    if not value:
        raise RunnerError("%s is not set: the runner needs it (see batch-jobs/README.md)" % name)
    return value


def _integer(values, name, default, minimum):
    text = values.get(name, str(default))
    try:
        value = int(text)
    except ValueError as error:
        raise RunnerError("%s must be an integer, not '%s'" % (name, text)) from error
    if value < minimum:
        raise RunnerError("%s must be at least %d, not %d" % (name, minimum, value))
    return value


def _number(values, name, default):
    text = values.get(name, str(default))
    try:
        value = float(text)
    except ValueError as error:
        raise RunnerError("%s must be a number of seconds, not '%s'" % (name, text)) from error
    if not 0 < value < 3600:
        raise RunnerError("%s must lie between 0 and 3600 seconds, not %s" % (name, text))
    return value
