"""The environment of the job: the contract's variables."""

import os

from errors import RunnerError


def job_environment(settings, rank):
    """What the job's process sees. rank: 0 for the process whose node runs the runner, None for one that gets its number later."""
    environment = dict(os.environ)
    environment.pop("RANK", None)
    environment.update({
        "DML_PARAMS": os.path.join(settings.work, "params.json"), "DML_CHECKPOINT": os.path.join(settings.work, "checkpoint"),
        "DML_OUTPUT": os.path.join(settings.work, "output"), "DML_BUDGET": str(settings.budget), "DML_SEED": str(settings.seed),
        "DML_ATTEMPT": str(settings.attempt), "PYTHONUNBUFFERED": "1"})
    if settings.nodes > 1:
        environment.update({
            "WORLD_SIZE": str(settings.nodes), "MASTER_ADDR": settings.master, "MASTER_PORT": str(settings.port), "LOCAL_RANK": "0"})
        if rank is not None:
            environment["RANK"] = str(rank)
        if settings.master.startswith("127."):
            # All nodes are this machine; its name may lead to another interface.
            environment.setdefault("GLOO_SOCKET_IFNAME", "lo")
    return environment


CODE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
"""The folder that the task's code lies in."""


def job_directory(name):
    """The job's folder: as named from here, or beside the runner's own."""
    for path in (os.path.abspath(name), os.path.join(CODE, name)):
        if os.path.isdir(path):
            return path
    raise RunnerError("--directory: there is no folder '%s' here or beside the runner" % name)
