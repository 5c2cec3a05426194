"""The coordination command of a multi-instance task: `python3 worker.py --directory DIR -- COMMAND [ARGUMENT…]`.

Batch runs it on every node and waits for it before it runs the task's own command on the primary node alone. On the other
nodes it brings the dataset and the parameters and starts the job in the background, where it waits for the first process.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys

from dataset import DatasetCache
from environment import CODE, job_directory, job_environment
from errors import EXIT_INFRASTRUCTURE, EXIT_PREEMPTED, Preempted, RunnerError
from grant import Grant
from guardian import Guardian
from job import Job
from log import say, say_trace
from settings import Settings
from trial import TrialStore


class Worker:
    """The job on a node that is not the primary one. It trains; checkpoints, metrics and outputs are the primary's."""

    def __init__(self, settings, grant, command, directory):
        self._settings = settings
        self._grant = grant
        self._command = command
        self._directory = directory
        self._noticed = False
        self._job = None

    def on_notice(self, *_):
        """SIGTERM: passed on; the job tells the other processes, and all stop at the same step."""
        self._noticed = True
        if self._job:
            self._job.terminate()

    def prepare(self):
        """Brings what the job needs. Returns (environment, the cache that holds the dataset)."""
        settings = self._settings
        for name in ("checkpoint", "output", "logs"):
            shutil.rmtree(os.path.join(settings.work, name), ignore_errors=True)
            os.makedirs(os.path.join(settings.work, name))
        environment = job_environment(settings, rank=None)
        with open(environment["DML_PARAMS"], "wb") as file:
            file.write(self._store().parameters())
        cache = None
        if self._grant.dataset:
            cache = DatasetCache.open(settings, self._stop_if_noticed)
            environment["DML_DATASET"] = cache.fetch(self._grant.dataset, self._grant.dataset_prefix)
        return environment, cache

    def train(self, guardian):
        """Runs the job to its end. Returns its exit code."""
        environment, cache = self.prepare()
        logs = os.path.join(self._settings.work, "logs")
        job = self._job = Job(self._command, self._directory, environment, logs, guardian)
        if self._noticed:
            job.terminate()
        try:
            code = None
            while code is None:
                code = job.wait(1.0)
        finally:
            job.clean_up()
        self._store().sync_logs(logs, "worker-" + os.environ.get("AZ_BATCH_NODE_ID", str(os.getpid())))
        return code

    def _store(self):
        return TrialStore(self._grant.trial, self._grant.prefix, self._settings.attempt)

    def _stop_if_noticed(self):
        if self._noticed:
            raise Preempted()


def main(arguments):
    """Returns the exit code: 0 once the job is started, or is the primary node's own business."""
    parser = argparse.ArgumentParser(prog="worker.py", description="Starts the job on a node that is not the primary one.")
    parser.add_argument("--directory", default=".", help="the job's folder: here or beside the runner")
    parser.add_argument("--grant", default=os.path.join(CODE, "grant.json"), help="what the trial may read and write; removed once it is read")
    parser.add_argument("--train", action="store_true", help="stay and run the job instead of starting it in the background; the grant comes on standard input")
    parser.add_argument("command", nargs="+", help="the job's command, after --")
    options = parser.parse_args(arguments)
    if os.environ.get("AZ_BATCH_IS_CURRENT_NODE_MASTER", "").lower() == "true":
        return 0
    guardian = Guardian() if options.train else None
    try:
        grant = Grant.parse(sys.stdin.read()) if options.train else Grant.load(options.grant)
        worker = Worker(Settings(os.environ), grant, options.command, job_directory(options.directory))
        signal.signal(signal.SIGTERM, worker.on_notice)
        if options.train:
            return worker.train(guardian)
        # Once here, so that a node that cannot get its data fails the task now and not after a long wait for it.
        worker.prepare()
        with open("worker.txt", "wb") as log:
            process = subprocess.Popen([sys.executable, os.path.abspath(__file__), "--train"] + arguments, stdin=subprocess.PIPE,
                                       stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        with process.stdin:
            process.stdin.write(grant.text.encode())
        return 0
    except Preempted:
        return EXIT_PREEMPTED
    except (RunnerError, OSError) as error:
        say(str(error), "worker")
        return EXIT_INFRASTRUCTURE
    except Exception:  # A fault of the runner's own is not the job's.
        say_trace("worker")
        return EXIT_INFRASTRUCTURE
    finally:
        if guardian:
            guardian.release()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
