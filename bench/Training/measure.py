"""Processor seconds and seconds per epoch of the image classifier: `python3 bench/Training/measure.py [BATCH-JOBS…]`.

Trains each of the given batch-jobs folders (by default this checkout's) in turn, three rounds, on as many made-up images as MNIST has.
On a GPU it also prints how busy nvidia-smi saw it.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "batch-jobs", "python"))

from support import job_environment, make_dataset  # noqa: E402

ROUNDS = 3
EPOCHS = 2


def train(jobs, dataset, folder):
    """(processor seconds, seconds) of the last epoch, and the GPU's utilisation in per cent, or None."""
    environment = job_environment(folder, dataset, {}, DML_BUDGET=EPOCHS, DML_THREADS=os.environ.get("DML_THREADS", os.cpu_count()))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy, ended = [], threading.Event()
    watch = threading.Thread(target=watch_gpu, args=(busy, ended))
    watch.start()
    subprocess.run([sys.executable, os.path.join(jobs, "jobs", "image-classifier", "train.py")], env=environment, check=True, stdout=subprocess.DEVNULL)
    ended.set()
    watch.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(os.path.join(folder, "output", "metrics.jsonl")) as file:
        epochs = [line for line in map(json.loads, file) if line["kind"] == "epoch"]
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return processor / EPOCHS, epochs[-1]["seconds"], statistics.median(busy) if busy else None


def watch_gpu(busy, ended):
    while shutil.which("nvidia-smi") and not ended.wait(0.5):
        answer = subprocess.run(["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"], stdout=subprocess.PIPE, check=True)
        busy.append(statistics.mean(map(int, answer.stdout.split())))


def main():
    folders = sys.argv[1:] or [os.path.join(ROOT, "batch-jobs")]
    with tempfile.TemporaryDirectory() as scratch:
        dataset = make_dataset(os.path.join(scratch, "dataset"), examples=55000, validation=5000, shape=(1, 28, 28), classes=10)
        for turn in range(ROUNDS):
            for jobs in folders:
                folder = os.path.join(scratch, "trial-%d-%d" % (turn, folders.index(jobs)))
                processor, seconds, busy = train(jobs, dataset, folder)
                print("%s: %.1f processor seconds and %.1f seconds per epoch%s; load %.1f" % (
                    jobs, processor, seconds, "" if busy is None else ", GPU %.0f %% busy" % busy, os.getloadavg()[0]), flush=True)


if __name__ == "__main__":
    main()
