"""The job contract, seen from the job: environment variables in, files and an exit code out."""

import os
import sys

EXIT_NON_RETRYABLE = 64
EXIT_STOPPED = 143


class NonRetryable(Exception):
    """This trial cannot succeed, whoever runs it again: invalid parameters or a loss that is no number any more."""


class Contract:
    """The folders and numbers of one trial. `rank` 0 writes; the others only compute."""

    def __init__(self, environment=os.environ):
        self.dataset = _folder(environment, "DML_DATASET")
        self.checkpoint = _folder(environment, "DML_CHECKPOINT")
        self.output = _folder(environment, "DML_OUTPUT")
        self.params = environment.get("DML_PARAMS", "")
        self.budget = _integer(environment, "DML_BUDGET", 1, minimum=1)
        self.seed = _integer(environment, "DML_SEED", 0)
        self.inherited = environment.get("DML_INHERITED", "")
        # Processes of one node share its cores.
        self.processes = _integer(environment, "LOCAL_WORLD_SIZE", 1, minimum=1)
        self.threads = max(1, _integer(environment, "DML_THREADS", os.cpu_count() or 1, minimum=1) // self.processes)
        self.loaders = _integer(environment, "DML_LOADERS", -1, minimum=-1)
        self.checkpoint_steps = _integer(environment, "DML_CHECKPOINT_STEPS", 100, minimum=1)
        self.log_steps = _integer(environment, "DML_LOG_STEPS", 50, minimum=1)


def stop_with(code, message):
    """Ends the process with one line on stderr."""
    print(message, file=sys.stderr, flush=True)
    sys.exit(code)


def _folder(environment, name):
    path = environment.get(name, "")
    if not os.path.isdir(path):
        stop_with(1, "%s must name an existing folder, not '%s'" % (name, path))
    return path


def _integer(environment, name, default, minimum=None):
    text = environment.get(name, str(default))
    try:
        value = int(text)
    except ValueError:
        stop_with(1, "%s must be an integer, not '%s'" % (name, text))
    if minimum is not None and value < minimum:
        stop_with(1, "%s must be at least %d, not %d" % (name, minimum, value))
    return value
