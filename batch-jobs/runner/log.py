"""The runner's own lines on stderr, each with the trace that the task belongs to."""

import os
import re
import sys

# https://www.w3.org/TR/trace-context/: version, trace id, parent id, flags. An id of zeros is none.
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")


def trace_id(environment=os.environ):
    """The trace id in TRACEPARENT, which whoever submitted the task may have set; None without a valid one."""
    found = _TRACEPARENT.fullmatch(environment.get("TRACEPARENT", ""))
    return found.group(1) if found else None


def say(text, who="runner"):
    """Writes a line."""
    trace = trace_id()
    print("%s: %s%s" % (who, text, " trace_id=" + trace if trace else ""), file=sys.stderr, flush=True)


def say_trace(who="runner"):
    """Writes the exception that is being handled, line by line."""
    import traceback  # Here: a trial that goes well has no use for it.
    for line in traceback.format_exc().splitlines():
        say(line, who)
