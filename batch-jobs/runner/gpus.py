"""The GPUs that a process on this node can open, without any library: what the driver, or a container's runtime, put below /dev."""

import json
import os
import re

from errors import RunnerError, Unfit

WISHES = ("none", "optional", "required")


def count_gpus(devices="/dev"):
    """NVIDIA's by their device files, nvidia0, nvidia1, …; under WSL one device stands for all."""
    try:
        names = os.listdir(devices)
    except OSError:
        return 0
    return sum(1 for name in names if re.fullmatch(r"nvidia\d+", name)) or int("dxg" in names)


def gpu_requirement(directory):
    """`gpu` of the job's job.json: none, optional or required; none where there is no such file, as for a command run by hand."""
    try:
        with open(os.path.join(directory, "job.json"), encoding="utf-8") as file:
            wish = json.load(file).get("gpu", "none")
    except FileNotFoundError:
        return "none"
    except (ValueError, AttributeError) as error:
        raise RunnerError("job.json is not valid: %s" % error) from error
    if wish not in WISHES:
        raise RunnerError("job.json: gpu must be one of %s, not '%s'" % (", ".join(WISHES), wish))
    return wish


def check(wish, found):
    """Says what the job has to do without, or None. Raises Unfit where it cannot."""
    if found or wish == "none":
        return None
    if wish == "required":
        raise Unfit("job.json says gpu: required, and this node has none: run the job on a pool of VM sizes with GPUs (in a deployment, "
                    "nodeKind 'gpu'), or let it say optional")
    return "the job would take a GPU (job.json says gpu: optional), and this node has none: it runs on the CPU"
