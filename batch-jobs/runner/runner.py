"""Runs one start of a trial on a Batch node: `python3 runner.py [--directory DIR] -- COMMAND [ARGUMENT…]`.

Brings the dataset, the parameters and the last checkpoint to the node, runs the command under the job contract, moves
checkpoints, metrics and logs to blobs while it runs, and writes output/result.json when it is over. Standard library only.
"""

import argparse
import datetime
import json
import os
import shutil
import signal
import sys
import time

from checkpoints import CheckpointStore, settled_files, stage
from dataset import DatasetCache
from environment import CODE, job_directory, job_environment
from errors import EXIT_INFRASTRUCTURE, EXIT_NON_RETRYABLE, EXIT_PREEMPTED, Preempted, RunnerError, Superseded, Unfit
from gpus import check, count_gpus, gpu_requirement
from grant import Grant
from guardian import Guardian
from job import Job
from log import say, say_trace, trace_id
from metrics import summarise
from notice import PreemptionNotice, StopWish
from settings import Settings
from trial import TrialStore

LOG_SECONDS = 10.0
"""Between two uploads of the logs while the job runs."""

SETTLE_SECONDS = 0.1
"""For how long a checkpoint has to stand still: its files may be renamed one after the other."""

REASONS = {0: "succeeded", EXIT_NON_RETRYABLE: "non-retryable"}


class Runner:
    """One start of a trial, from the first blob to result.json."""

    def __init__(self, settings, grant, command, directory, guardian):
        self._settings = settings
        self._grant = grant
        self._command = command
        self._directory = directory
        self._guardian = guardian
        self._notice = None
        self._wished = False
        self._started = _now()
        self._clock = time.monotonic()
        self._trial = TrialStore(grant.trial, grant.prefix, settings.attempt)
        self._checkpoints = None
        self._job = None
        self._cache = None
        self._uploaded = None
        self._unsettled = False
        self._gpus = count_gpus()
        self._logs_at = time.monotonic()

    def on_notice(self, *_):
        """SIGTERM or Azure's own notice: the node is about to go, or somebody ended the task."""
        if self._notice is None:
            self._notice = time.monotonic()
            if self._job:
                self._job.terminate()

    def on_wish(self):
        """The app gives the trial up: the job is told as if its node went, but this is the attempt's end."""
        self._wished = True
        self.on_notice()

    def run(self):
        """Returns the exit code."""
        watches = [StopWish(self._trial, self.on_wish)]
        if self._settings.notices:
            watches.append(PreemptionNotice(self._settings.notices, self.on_notice))
        try:
            return self._run()
        finally:
            for watch in watches:
                watch.close()

    def _run(self):
        try:
            environment = self._prepare()
            self._stop_if_noticed()
        except Preempted:
            return self._stop([]) if self._wished else EXIT_PREEMPTED
        except Unfit as error:
            say(str(error))
            self._write_result(EXIT_NON_RETRYABLE, REASONS[EXIT_NON_RETRYABLE], str(error), [])
            return EXIT_NON_RETRYABLE
        job = self._job = Job(self._command, self._directory, environment, self._path("logs"), self._guardian)
        if self._notice is not None:
            job.terminate()
        try:
            code, killed = self._watch(job)
        finally:
            job.clean_up()
        return self._finish(job, code, killed)

    def report_failure(self, error):
        """Tells the trial what went wrong in the runner itself, as far as storage can be reached."""
        try:
            self._write_result(EXIT_INFRASTRUCTURE, "infrastructure", str(error), [])
        except RunnerError as second:
            say("cannot write result.json: %s" % second)

    def _prepare(self):
        settings = self._settings
        # A retry in the same working directory must not see what a killed start left half done.
        shutil.rmtree(settings.work, ignore_errors=True)
        for name in ("checkpoint", "output", "logs"):
            os.makedirs(self._path(name))
        number = self._trial.record_start(self._started, {
            "attempt": settings.attempt, "budget": settings.budget,
            "node": os.environ.get("AZ_BATCH_NODE_ID"), "task": os.environ.get("AZ_BATCH_TASK_ID"),
            "dedicated": os.environ.get("AZ_BATCH_NODE_IS_DEDICATED"), "gpus": self._gpus, "trace": trace_id()})
        with open(self._path("params.json"), "wb") as file:
            file.write(self._trial.parameters())
        self._checkpoints = CheckpointStore(self._grant.trial, self._grant.prefix, "%d-%d" % (settings.attempt, number), self._grant.inherited)
        first = settings.attempt == number == 1
        self._checkpoints.restore(self._path("checkpoint"), first)
        self._uploaded = settled_files(self._path("checkpoint"))
        if not first:
            self._trial.restore_metrics(self._path("output/metrics.jsonl"))
        lacking = check(gpu_requirement(self._directory), self._gpus)
        if lacking:
            say(lacking)
        environment = job_environment(settings, rank=0)
        if self._checkpoints.pointer.get("inherited"):
            environment["DML_INHERITED"] = self._checkpoints.pointer["inherited"]
        if self._grant.dataset:
            self._cache = DatasetCache.open(settings, self._stop_if_noticed)
            environment["DML_DATASET"] = self._cache.fetch(self._grant.dataset, self._grant.dataset_prefix)
        return environment

    def _watch(self, job):
        """Waits for the job and moves data meanwhile. Returns (exit code, whether it had to be killed)."""
        while True:
            code = job.wait(self._settings.interval)
            if code is not None:
                return code, False
            if self._notice is not None:
                if time.monotonic() - self._notice > self._settings.grace:
                    job.clean_up()
                    return 137, True
                continue
            try:
                self._sync()
            except Superseded:
                raise
            except RunnerError as error:
                # Training goes on without storage; whatever is not uploaded now is uploaded later or at the end.
                say(str(error))

    def _sync(self):
        seen = settled_files(self._path("checkpoint"))
        if seen and seen != self._uploaded:
            time.sleep(min(SETTLE_SECONDS, self._settings.interval))
            # A job that writes all the time must not wait for ever: the second time, what is there goes up as it is.
            if self._unsettled or settled_files(self._path("checkpoint")) == seen:
                self._save_checkpoint()
                self._unsettled = False
            else:
                self._unsettled = True
        self._trial.sync_metrics(self._path("output/metrics.jsonl"))
        if time.monotonic() - self._logs_at > LOG_SECONDS:
            self._trial.sync_logs(self._path("logs"))
            self._logs_at = time.monotonic()

    def _save_checkpoint(self):
        staged = self._path("staged")
        snapshot = stage(self._path("checkpoint"), staged)
        if snapshot:
            self._checkpoints.save(staged, sorted(snapshot))
            self._uploaded = snapshot
        shutil.rmtree(staged, ignore_errors=True)

    def _finish(self, job, code, killed):
        if settled_files(self._path("checkpoint")) not in ({}, self._uploaded) and not killed:
            self._save_checkpoint()
        self._trial.sync_metrics(self._path("output/metrics.jsonl"), final=True)
        self._trial.sync_logs(self._path("logs"))
        # 143 without a notice here: another node of a multi-instance task got it.
        if self._wished and code not in REASONS:
            self._checkpoints.check_owner()
            return self._stop(self._trial.upload_outputs(self._path("output")))
        if code == EXIT_PREEMPTED or self._notice is not None and code not in REASONS:
            say("preempted after %.1f s" % (time.monotonic() - self._clock))
            return EXIT_PREEMPTED
        self._checkpoints.check_owner()
        if code == 0:
            self._checkpoints.keep(self._settings.budget)
        outputs = self._trial.upload_outputs(self._path("output"))
        self._upload_mlruns(code)
        self._write_result(code, REASONS.get(code, "failed"), job.last_error if code else "", outputs)
        return code

    def _stop(self, outputs):
        say("stopped by the app after %.1f s" % (time.monotonic() - self._clock))
        self._write_result(0, "stopped", "", outputs)
        return 0

    def _upload_mlruns(self, code):
        """The trial once more as MLflow keeps a run. What people look at is not worth failing a trial that is done."""
        import mlruns  # Here: nothing needs it before the job has ended.
        run, _, trial = self._grant.prefix.partition("/trials/")
        try:
            with open(self._path("params.json"), "rb") as file:
                parameters = json.load(file)
            now = time.time()
            mlruns.write(self._path("mlruns"), run, trial, self._path("output/metrics.jsonl"), parameters, now - (time.monotonic() - self._clock), now, code == 0)
            self._trial.upload_folder("mlruns", self._path("mlruns"))
        except (RunnerError, OSError) as error:
            say("mlruns/ is not complete: %s" % error)

    def _write_result(self, code, reason, message, outputs):
        settings = self._settings
        self._trial.write_result({
            "format": "durableml-result/1", "attempt": settings.attempt, "start": self._trial.start, "budget": settings.budget, "gpus": self._gpus,
            "exitCode": code, "reason": reason, "message": message, "metrics": summarise(self._path("output/metrics.jsonl")),
            "startedAt": self._started, "endedAt": _now(), "seconds": round(time.monotonic() - self._clock, 3),
            "checkpoint": self._checkpoints.pointer if self._checkpoints else None, "outputs": outputs})

    def _stop_if_noticed(self):
        if self._notice is not None:
            raise Preempted()

    def _path(self, name):
        return os.path.join(self._settings.work, name)


def _now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def main(arguments):
    """Returns the exit code: the job's own, or one of errors.py."""
    parser = argparse.ArgumentParser(prog="runner.py", description="Runs one start of a trial under the job contract.")
    parser.add_argument("--directory", default=".", help="the job's folder: here or beside the runner")
    parser.add_argument("--grant", default=os.path.join(CODE, "grant.json"), help="what the trial may read and write; removed once it is read")
    parser.add_argument("command", nargs="+", help="the job's command, after --")
    options = parser.parse_args(arguments)
    guardian = Guardian()
    runner = None
    try:
        runner = Runner(Settings(os.environ), Grant.load(options.grant), options.command, job_directory(options.directory), guardian)
        signal.signal(signal.SIGTERM, runner.on_notice)
        signal.signal(signal.SIGINT, runner.on_notice)
        return runner.run()
    except (RunnerError, OSError) as error:  # OSError: a full disk, no more processes, …
        say(str(error))
        if runner and not isinstance(error, Superseded):
            runner.report_failure(error)
        return EXIT_INFRASTRUCTURE
    except Exception as error:  # A fault of the runner's own is nobody else's, and not the job's above all.
        say_trace()
        if runner:
            runner.report_failure(RunnerError("the runner failed: %s" % type(error).__name__))
        return EXIT_INFRASTRUCTURE
    finally:
        guardian.release()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
