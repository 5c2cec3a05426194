"""The runner's own settings, from environment variables. What the trial may read and write is in its grant."""

import os

from errors import RunnerError


class Settings:
    """How a trial is run. See batch-jobs/README.md for each name."""

    def __init__(self, values):
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
