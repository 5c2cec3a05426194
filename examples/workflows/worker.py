"""A worker for `activity:NAME` tasks, on any machine that reaches the app: Python's standard library only.

    worker.py --server http://localhost:7071 --activity batch-job [--count 1] -- COMMAND ...

Takes tasks one at a time and runs the command for each, with the task's input as JSON on standard input. What the command prints is the
task's result; a command that fails makes the task fail with the error "CommandFailed" and the end of what it wrote to standard error. The
key of the app is read from DURABLEML_KEY. SIGTERM lets the task under way end and takes no other.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

LONGEST_CAUSE = 8000
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0


class Api:
    """The app's API for workers. Requests that find no server, or a busy one, are sent again."""

    def __init__(self, server, key, stopping):
        self.server, self.key, self.stopping = server.rstrip("/"), key, stopping

    def post(self, path, document=None, timeout=70):
        """The answer, or None for no content; None too where the task is not waited for any more."""
        pause = FIRST_PAUSE
        while True:
            request = urllib.request.Request(self.server + path, method="POST", data=None if document is None else json.dumps(document).encode())
            if document is not None:
                request.add_header("Content-Type", "application/json")
            if self.key:
                request.add_header("x-functions-key", self.key)
            try:
                with urllib.request.urlopen(request, timeout=timeout) as response:
                    body = response.read()
                    return json.loads(body) if body else None
            except urllib.error.HTTPError as error:
                if error.code in (404, 409):
                    print(f"{path}: nobody waits for this task any more", file=sys.stderr)
                    return None
                if error.code < 500 and error.code != 429:
                    raise SystemExit(f"{path}: {error.code} {error.read().decode(errors='replace')}")
            except (urllib.error.URLError, TimeoutError, ConnectionError, socket.timeout):
                pass
            if self.stopping.wait(pause) and document is None:
                return None
            pause = min(2 * pause, LONGEST_PAUSE)


def beat(api, token, seconds, done):
    while not done.wait(seconds / 3):
        api.post(f"/api/workflows/tasks/{token}/heartbeat")


def work(api, task, command):
    token, done = task["taskToken"], threading.Event()
    if task.get("heartbeatSeconds"):
        threading.Thread(target=beat, args=(api, token, task["heartbeatSeconds"], done), daemon=True).start()
    try:
        ended = subprocess.run(command, input=json.dumps(task.get("input")).encode(), capture_output=True, check=False)
        if ended.returncode != 0:
            return "failure", {"error": "CommandFailed", "cause": ended.stderr.decode(errors="replace")[-LONGEST_CAUSE:]}
        try:
            return "success", json.loads(ended.stdout or b"{}")
        except ValueError as error:
            return "failure", {"error": "ResultNotJson", "cause": str(error)}
    finally:
        done.set()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True)
    parser.add_argument("--activity", required=True)
    parser.add_argument("--count", type=int, default=0, help="end after so many tasks; 0 for never")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()

    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    api = Api(options.server, os.environ.get("DURABLEML_KEY"), stopping)
    me = urllib.parse.quote(f"{socket.gethostname()}:{os.getpid()}")
    taken = 0
    while not stopping.is_set() and (options.count == 0 or taken < options.count):
        task = api.post(f"/api/workflows/activities/{urllib.parse.quote(options.activity)}/task?waitSeconds=20&worker={me}")
        if task is None:
            continue
        taken += 1
        outcome, document = work(api, task, options.command)
        api.post(f"/api/workflows/tasks/{task['taskToken']}/{outcome}", document)


if __name__ == "__main__":
    main()
