"""What can go wrong in the runner itself, as opposed to in the job it runs."""

EXIT_NON_RETRYABLE = 64
"""The job says that this trial must not be tried again."""

EXIT_INFRASTRUCTURE = 69
"""The runner could not do its part: storage unreachable, a shard that does not match its hash, a setting missing."""

EXIT_PREEMPTED = 143
"""The node was taken away (SIGTERM) before the job was done; 128 + 15, as a shell would say it."""


class RunnerError(Exception):
    """A failure that one line explains. The text never holds a URL, since URLs here carry signatures."""


class Preempted(Exception):
    """SIGTERM came before the job was started."""


class Unfit(RunnerError):
    """This node cannot run the job, nor can its like: no retry can help."""


class Superseded(RunnerError):
    """A later start of the same trial owns the checkpoint now; this process must stop."""
