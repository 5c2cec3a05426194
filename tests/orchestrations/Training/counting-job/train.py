"""A training job of one weight, standard library only: every step is written down, so that a test can see which were done twice."""

import json
import os
import random
import signal
import sys
import time

CHECKPOINT_STEPS = 10

with open(os.environ["DML_PARAMS"], encoding="utf-8") as file:
    parameters = json.load(file)
checkpoint = os.path.join(os.environ["DML_CHECKPOINT"], "state.json")
steps = int(parameters.get("steps", 20))
state = {"step": 0, "weight": 0.0}
if os.path.exists(checkpoint):
    with open(checkpoint, encoding="utf-8") as file:
        state = json.load(file)


def save():
    with open(checkpoint + ".tmp", "w", encoding="utf-8") as file:
        json.dump(state, file)
    os.replace(checkpoint + ".tmp", checkpoint)


# The node goes away: the step under way is done, then comes a last checkpoint.
notices = []
signal.signal(signal.SIGTERM, lambda *_: notices.append(True))
if os.environ.get("AZ_BATCH_TASK_ID", "").startswith(parameters.get("poisoned") or "\0"):
    sys.exit("this trial is poisoned")
if parameters.get("invalid"):
    print("these parameters lead nowhere", file=sys.stderr)
    sys.exit(64)

while state["step"] < steps * int(os.environ["DML_BUDGET"]):
    if notices:
        save()
        sys.exit(143)
    time.sleep(float(parameters.get("pause", 0.02)))
    # A step's noise follows from the seed and the step alone, as a data order that is drawn anew from its epoch's number.
    noise = random.Random("%s/%d" % (os.environ["DML_SEED"], state["step"])).uniform(-0.1, 0.1)
    weight = state["weight"] + float(parameters.get("rate", 0.1)) * (1 - state["weight"] + noise)
    state = {"step": state["step"] + 1, "weight": weight}
    if parameters.get("trace"):
        with open(parameters["trace"], "a", encoding="utf-8") as trace:
            trace.write("%d %d %s\n" % (state["step"], os.getpid(), os.environ.get("AZ_BATCH_POOL_ID")))
    if state["step"] % CHECKPOINT_STEPS == 0:
        save()
    if os.environ["DML_ATTEMPT"] == "1" and state["step"] == parameters.get("crash_at"):
        # Long enough for the runner to see that the checkpoint stands still, and to upload it.
        time.sleep(3)
        sys.exit("this step went wrong")
    if state["step"] % steps == 0:
        with open(os.path.join(os.environ["DML_OUTPUT"], "metrics.jsonl"), "a", encoding="utf-8") as metrics:
            metrics.write(json.dumps({"epoch": state["step"] // steps, "validation_accuracy": 1 - abs(1 - state["weight"])}) + "\n")
save()
