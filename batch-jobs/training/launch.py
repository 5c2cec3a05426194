"""Starts a training program once for each GPU of its node."""

import datetime
import os
import signal
import subprocess
import sys
import time

import torch
import torch.distributed as dist

from .contract import stop_with

WAIT = datetime.timedelta(minutes=15)
"""For the other processes to come up: each node brings its own copy of the dataset first."""

LAST_SECONDS = 10.0
"""What the processes have, once one of them has failed, to fail by themselves."""


def processes_wanted(wish, environment=os.environ):
    """How many processes this one has to start; 1: it trains itself. wish: `gpu` of job.json.

    DML_PROCESSES says so, else there is one for each GPU. LOCAL_WORLD_SIZE is set where a launcher, this one or torchrun, has done it.
    """
    if "LOCAL_WORLD_SIZE" in environment:
        return 1
    text = environment.get("DML_PROCESSES")
    if text is None:
        return max(1, torch.cuda.device_count() if wish != "none" else 0)
    if not text.isdecimal() or int(text) < 1:
        stop_with(1, "DML_PROCESSES must be an integer of at least 1, not '%s'" % text)
    return int(text)


def open_store(host, port, holds):
    """The store through which the processes meet; `holds`: it lives in this one, at any free port where port is 0."""
    # From 2.4 on the default is libuv, which not every build has, Debian's for one.
    plain = {"use_libuv": False} if tuple(map(int, torch.__version__.split(".")[:2])) >= (2, 4) else {}
    return dist.TCPStore(host, port, None, holds, WAIT, wait_for_workers=False, **plain)


class Launcher:
    """Runs the program `count` times as ranks of one training and looks after them: SIGTERM goes to all, and none survives the others."""

    def __init__(self, command, count, environment=os.environ):
        nodes = int(environment.get("WORLD_SIZE", "1"))
        shared = dict(environment, LOCAL_WORLD_SIZE=str(count), WORLD_SIZE=str(nodes * count), TORCHELASTIC_USE_AGENT_STORE="True")
        first = nodes == 1 or environment.get("RANK") == "0"
        shared.pop("RANK", None)
        if nodes == 1:
            shared["MASTER_ADDR"] = "127.0.0.1"
            shared.setdefault("GLOO_SOCKET_IFNAME", "lo")
        if first:
            # The store lives here, so that no rank has to be there before the others. On one node it takes any free port.
            self._store = open_store(shared["MASTER_ADDR"], 0 if nodes == 1 else int(shared["MASTER_PORT"]), holds=True)
            shared["MASTER_PORT"] = str(self._store.port)
        signal.signal(signal.SIGTERM, self._on_notice)
        self._noticed = False
        self._processes = []
        for local in range(count):
            own = dict(shared, LOCAL_RANK=str(local), **({"RANK": "0"} if first and local == 0 else {}))
            self._processes.append(subprocess.Popen(command, env=own))
        if self._noticed:
            self._pass_on()

    def wait(self):
        """The exit code of the first process that failed, as a shell gives it; 0 if none did."""
        failed = None
        while True:
            codes = [process.poll() for process in self._processes]
            failed = failed or next(((code, time.monotonic()) for code in codes if code), None)
            if None not in codes:
                break
            if failed and time.monotonic() - failed[1] > LAST_SECONDS:
                for process in self._processes:
                    process.kill()
            time.sleep(0.05)
        code = failed[0] if failed else 0
        return code if code >= 0 else 128 - code

    def _on_notice(self, *_):
        self._noticed = True
        self._pass_on()

    def _pass_on(self):
        for process in self._processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)


def launch(count):
    """Runs this program `count` times. Returns the exit code."""
    print("starting %d processes, one for each GPU" % count if torch.cuda.is_available() else "starting %d processes" % count, file=sys.stderr, flush=True)
    return Launcher([sys.executable] + sys.argv, count).wait()
