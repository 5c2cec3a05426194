"""Sees to it that a job never outlives its runner, however the runner ends."""

import os
import signal


class Guardian:
    """A small forked process that waits for its pipe from the runner to close and then kills the job's process group.

    A parent that is killed with SIGKILL cannot clean up after itself, so somebody else has to. Make it before any thread starts.
    """

    def __init__(self):
        read, self._write = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._write)
            try:
                _guard(read)
            finally:
                os._exit(0)
        os.close(read)

    def watch(self, group):
        """Tells the guardian which process group to kill."""
        os.write(self._write, b"%d\n" % group)

    def release(self):
        """The job's group is gone: ends the guardian and waits for it."""
        os.write(self._write, b"0\n")
        os.close(self._write)
        os.waitpid(self.pid, 0)


def kill_group(group, number=signal.SIGKILL):
    """Signals every process of a group; one that is gone already is fine."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        pass


def _guard(read):
    os.setpgid(0, 0)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    text = b""
    while True:
        chunk = os.read(read, 64)
        if not chunk:
            break
        text += chunk
    groups = [int(line) for line in text.split()]
    if groups and groups[-1] > 0:
        kill_group(groups[-1])
