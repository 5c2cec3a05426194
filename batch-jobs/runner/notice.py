"""What tells a runner to stop: Azure's notice that this spot node is about to go, and the app's wish that the trial stop."""

import http.client
import json
import threading
import urllib.parse

from errors import RunnerError

EVENTS = "/metadata/scheduledevents?api-version=2020-07-01"
NAME = "/metadata/instance/compute/name?api-version=2021-02-01&format=text"
SECONDS = 3.0
"""Between two looks; the notice comes at least 30 seconds ahead."""

TIMEOUT = 5.0

WISH_SECONDS = 2.0
"""Between two looks for the app's wish: a trial that is given up should cost no more than seconds."""


class PreemptionNotice:
    """Watches for a Preempt event of this machine in a thread of its own and then calls back once.

    The service lies at a link-local address and tells all machines of a scale set about each other, hence the look at the name.
    A failed look is no notice: SIGTERM and the next look are still there.
    """

    def __init__(self, url, on_notice):
        self._parts = urllib.parse.urlsplit(url)
        self._on_notice = on_notice
        self._ended = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def close(self):
        """Stops watching."""
        self._ended.set()

    def _watch(self):
        name = None
        while not self._ended.wait(SECONDS if name else 0.1):
            try:
                name = name or self._get(NAME).decode().strip()
                events = json.loads(self._get(EVENTS)).get("Events", [])
            except (OSError, ValueError, AttributeError, http.client.HTTPException):
                if self._ended.wait(SECONDS):
                    return
                continue
            if any(event.get("EventType") == "Preempt" and name in event.get("Resources", []) for event in events):
                self._on_notice()
                return

    def _get(self, path):
        connection = http.client.HTTPConnection(self._parts.hostname, self._parts.port or 80, timeout=TIMEOUT)
        try:
            connection.request("GET", path, headers={"Metadata": "true"})
            response = connection.getresponse()
            body = response.read()
            if response.status != 200:
                raise OSError("HTTP %d" % response.status)
            return body
        finally:
            connection.close()


class StopWish:
    """Watches for the app's wish that this attempt stop, in a thread of its own, and then calls back once."""

    def __init__(self, trial, on_wish, seconds=WISH_SECONDS):
        self._trial = trial
        self._on_wish = on_wish
        self._seconds = seconds
        self._ended = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def close(self):
        """Stops watching."""
        self._ended.set()

    def _watch(self):
        while not self._ended.wait(self._seconds):
            try:
                wished = self._trial.is_to_stop()
            except RunnerError:
                continue  # The next look may reach storage.
            if wished:
                self._on_wish()
                return
