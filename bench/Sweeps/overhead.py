"""What a sweep costs beside its trials: `python3 bench/Sweeps/overhead.py [--trials 1000] [--parallel 16] [--storage sqlite,AzureStorage]`.

Trials of one second of the job `shell`, which imports nothing, on `durableml up` with a state folder of its own: the Batch emulator, the app in the
local Functions host, Azurite. Prints the sweep's time beside the ideal, and the processor time that each program took. Build first: `./durableml build`.
The run itself ends as failed, since such a trial leaves no model; its sweep is what is measured.
"""

import argparse
import contextlib
import json
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile
import time
from datetime import datetime

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COMMAND = ["dotnet", os.path.join(ROOT, "cli", "bin", "Release", "net10.0", "durableml.dll")]
READY_SECONDS = 300
PARTS = {"durableml-functions-host.dll": "host", "DurableMl.Functions.dll": "worker", "azurite.js": "Azurite", "DurableMl.Local.BatchEmulator.dll": "emulator"}
"""The programs by the name of the file that they are started with; what the emulator starts are the tasks, and all else is `durableml up` itself."""

COLUMNS = ["host", "worker", "Azurite", "emulator", "tasks", "up"]
NODES = 2
"""Spot nodes that `up` seeds; the trials at a time are shared out among them as task slots."""


def main():
    options = argparse.ArgumentParser(description="What a sweep costs beside its trials.")
    options.add_argument("--trials", type=int, default=1000)
    options.add_argument("--parallel", type=int, default=16, help="an even number: there are two nodes")
    options.add_argument("--storage", default="sqlite,AzureStorage", help="sqlite, AzureStorage (on Azurite) or both")
    chosen = options.parse_args()
    print("| Storage | Trials | At a time | Ideal | Sweep | Over | Processor seconds for a trial | %s | Load |\n|%s" % (" | ".join(COLUMNS), "---|" * (8 + len(COLUMNS))))
    for storage in chosen.storage.split(","):
        print(measure(storage, chosen.trials, chosen.parallel), flush=True)


def measure(storage, trials, parallel):
    """One line of the table."""
    with tempfile.TemporaryDirectory(prefix="durableml-overhead-") as folder:
        with up(storage, parallel, os.path.join(folder, "state"), os.path.join(folder, "up.log")) as host:
            state = ["--state", os.path.join(folder, "state")]
            write_images(os.path.join(folder, "few"))
            subprocess.run(COMMAND + ["upload", os.path.join(folder, "few"), "--to", "raw/few/"] + state, check=True, stdout=subprocess.DEVNULL)
            pipeline = os.path.join(folder, "pipeline.json")
            with open(pipeline, "w") as file:
                json.dump(pipeline_of(trials, parallel), file)
            before = processor_seconds(host.pid)
            subprocess.run(COMMAND + ["run", pipeline, "--id", "overhead"] + state, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            after = processor_seconds(host.pid)
            load = os.getloadavg()[0]
            run = json.loads(subprocess.run(COMMAND + ["status", "overhead", "--json"] + state, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)
    status = run["customStatus"]
    done = sum(trial["state"] == "completed" for trial in status["trials"]) + (status.get("trialsOmitted") or 0)
    if done != trials:
        sys.exit("only %d of %d trials have completed; the run says: %s" % (done, trials, status.get("error")))
    train = next(phase for phase in status["phases"] if phase["name"] == "train")
    took = (when(train["endedAt"]) - when(train["startedAt"])).total_seconds()
    ideal = trials / parallel
    used = [(after[part] - before[part]) / trials for part in COLUMNS]
    return "| %s | %d | %d | %.1f s | %.1f s | %.0f %% | %.2f | %s | %.0f |" % (
        storage, trials, parallel, ideal, took, 100 * (took / ideal - 1), sum(used), " | ".join("%.3f" % part for part in used), load)


@contextlib.contextmanager
def up(storage, parallel, state, log):
    """`durableml up` on free ports, until the block ends."""
    environment = dict(os.environ, BatchEmulator__SeedPools__0__TaskSlotsPerNode=str(parallel // NODES),
                       AzureFunctionsJobHost__extensions__durableTask__storageProvider__type=storage)
    ports = [part for option in ("--port", "--azurite-blob-port", "--azurite-queue-port", "--azurite-table-port", "--batch-port") for part in (option, str(free_port()))]
    with open(log, "w") as file:
        host = subprocess.Popen(COMMAND + ["up", "--state", state] + ports, env=environment, stdin=subprocess.PIPE, stdout=file, stderr=subprocess.STDOUT)
    try:
        end = time.monotonic() + READY_SECONDS
        while "Ctrl+C stops it." not in open(log).read():
            if host.poll() is not None or time.monotonic() > end:
                sys.exit("durableml up did not become ready:\n" + open(log).read())
            time.sleep(0.2)
        yield host
    finally:
        host.terminate()
        host.wait()


def pipeline_of(trials, parallel):
    return {
        "name": "overhead",
        "dataset": {"name": "few", "format": "idx", "source": "raw/few/", "shards": 1, "validationFraction": 0.2},
        "sweep": {
            "job": "shell", "trials": trials, "parallelism": parallel, "budget": 1, "objective": {"metric": "progress", "goal": "maximize"},
            "parameters": {"pause_seconds": {"type": "fixed", "value": 1}},
        },
        "evaluate": {"minimum": 0},
        "publish": {"model": "overhead", "alias": "champion"},
    }


def write_images(folder):
    """Forty made-up images of one pixel in IDX files: a run has to have a dataset."""
    os.makedirs(folder)
    for name, count in (("train", 40), ("t10k", 10)):
        with open(os.path.join(folder, name + "-images-idx3-ubyte"), "wb") as file:
            file.write(struct.pack(">BBBBIII", 0, 0, 8, 3, count, 1, 1) + bytes(range(count)))
        with open(os.path.join(folder, name + "-labels-idx1-ubyte"), "wb") as file:
            file.write(struct.pack(">BBBBI", 0, 0, 8, 1, count) + bytes(i % 2 for i in range(count)))


def processor_seconds(pid):
    """Processor seconds by part, of a process and those below it. A process that has ended counts for the part of whoever waited for it."""
    processes = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % entry) as file:
                fields = file.read().rpartition(")")[2].split()
            with open("/proc/%s/cmdline" % entry) as file:
                arguments = [os.path.basename(argument) for argument in file.read().split("\0")]
        except OSError:
            continue  # It has just ended.
        own, ended = sum(map(int, fields[11:13])), sum(map(int, fields[13:15]))
        processes.setdefault(int(fields[1]), []).append((int(entry), arguments, own, ended))
    seconds = dict.fromkeys(COLUMNS, 0)
    left = [(child, "up") for children in processes.values() for child in children if child[0] == pid]
    while left:
        (process, arguments, own, ended), part = left.pop()
        part = next((PARTS[argument] for argument in arguments if argument in PARTS), part)
        below = "tasks" if part == "emulator" else part
        seconds[part] += own / os.sysconf("SC_CLK_TCK")
        seconds[below] += ended / os.sysconf("SC_CLK_TCK")
        left += [(child, below) for child in processes.get(process, [])]
    return seconds


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def when(text):
    """A time as .NET writes it, with up to seven digits after the point."""
    return datetime.fromisoformat(re.sub(r"(\.\d{1,6})?\d*(Z|\+00:00)$", lambda match: (match.group(1) or ".").ljust(7, "0") + "+00:00", text))


if __name__ == "__main__":
    main()
