"""The job: the trial's own program, in a session and process group of its own."""

import os
import signal
import subprocess
import sys
import threading

from errors import RunnerError
from guardian import kill_group

LOG_LIMIT = 64 * 1024 * 1024
"""Bytes of each stream that are kept; what comes after is passed on but not stored."""


class Job:
    """Starts the command without a shell and copies its output both to this process's output and to log files."""

    def __init__(self, command, folder, environment, logs, guardian):
        if command[0] in ("python", "python3"):
            command = [sys.executable] + command[1:]
        os.makedirs(logs, exist_ok=True)
        try:
            self._process = subprocess.Popen(
                command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                start_new_session=True)
        except OSError as error:
            raise RunnerError("cannot start the job's command '%s': %s" % (command[0], error.strerror)) from error
        self.pid = self._process.pid
        guardian.watch(self.pid)
        self._pumps = [
            _Pump(self._process.stdout, sys.stdout.buffer, os.path.join(logs, "stdout.txt")),
            _Pump(self._process.stderr, sys.stderr.buffer, os.path.join(logs, "stderr.txt"))]

    def wait(self, seconds):
        """The exit code as a shell gives it (128 + n for signal n), or None while the job runs."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        return code if code >= 0 else 128 - code

    def terminate(self):
        """Passes SIGTERM to the job's first process, which looks after its own children."""
        if self._process.poll() is None:
            os.kill(self.pid, signal.SIGTERM)

    def clean_up(self):
        """Kills whatever is left of the job's group and finishes the logs."""
        kill_group(self.pid)
        self._process.wait()
        for pump in self._pumps:
            pump.finish()

    @property
    def last_error(self):
        """The last line on stderr, at most 500 characters: mostly the reason of a failure."""
        return self._pumps[1].last_line


class _Pump:
    def __init__(self, source, screen, path):
        self.last_line = ""
        self._source = source
        self._screen = screen
        self._file = open(path, "wb")
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def finish(self):
        self._thread.join(5)

    def _run(self):
        kept = 0
        for line in iter(lambda: self._source.readline(64 * 1024), b""):
            text = line.decode("utf-8", "replace").strip()
            self.last_line = text[:500] or self.last_line
            try:
                self._screen.write(line)
                self._screen.flush()
            except (OSError, ValueError):
                pass  # Nobody reads this process's output any more; the file still gets it.
            if kept < LOG_LIMIT:
                kept += len(line)
                self._file.write(line)
                if kept >= LOG_LIMIT:
                    self._file.write(b"\n[log cut here by the runner]\n")
                self._file.flush()
        self._file.close()
        self._source.close()
