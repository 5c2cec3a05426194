"""What this trial may read and write, and for how long: the file that the app hands to the task."""

import json
import os
import threading
import time
import urllib.parse

from blobs import BlobContainer, ContainerUrl
from errors import RunnerError

FORMAT = "durableml-grant/1"
RETRY_SECONDS = 60.0
"""Between two tries to renew a grant that is more than half over."""


class Grant:
    """URLs with signatures. The app writes a later grant while it sees the trial; this one gets it when it is half over.

    They stand in a file and not in variables, since every process can read the environment that another of its user was started with.
    """

    def __init__(self, document, now=time.time):
        self._now = now
        self._lock = threading.Lock()
        self._tried = None
        self._document = _checked(document)
        self.prefix = self._document["prefix"].strip("/")
        dataset = self._document.get("dataset")
        self.dataset_prefix = dataset["prefix"].strip("/") if dataset else ""
        self.inherited = self._document.get("inherited")
        self.trial = BlobContainer(_Source(self, self._trial_url))
        self.dataset = BlobContainer(_Source(self, self._dataset_url)) if dataset else None

    @staticmethod
    def load(path):
        """Reads the file and removes it, so that the job cannot read it after us."""
        try:
            with open(path, encoding="utf-8") as file:
                text = file.read()
            os.unlink(path)
        except OSError as error:
            raise RunnerError("the grant %s cannot be read and removed: %s" % (path, error.strerror)) from error
        return Grant.parse(text)

    @staticmethod
    def parse(text):
        """The grant in this JSON text."""
        try:
            return Grant(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            # Not the text itself: it holds signatures.
            raise RunnerError("the grant is not valid: %s" % type(error).__name__) from error

    @property
    def text(self):
        """The newest grant as JSON."""
        return json.dumps(self._document)

    def renew(self, seen=None):
        """Gets a later grant. False where the app has not written one. `seen`: the document that storage did not accept."""
        with self._lock:
            if seen is not None and seen is not self._document:
                return True  # Another thread has just done it.
            self._tried = self._now()
            container = BlobContainer(_Fixed(self._document["grant"]), attempts=2)
            try:
                text, _ = container.get("grant.json")
                later = _checked(json.loads(text)) if text else None
            except (RunnerError, ValueError, KeyError, TypeError, AttributeError):
                return False
            finally:
                container.close()
            if not later or later["expires"] <= self._document["expires"]:
                return False
            self._document = later
            return True

    def current(self):
        """The document to work with now."""
        document = self._document
        half = document["issued"] + (document["expires"] - document["issued"]) / 2
        now = self._now()
        if now > half and (self._tried is None or now - self._tried > RETRY_SECONDS):
            self.renew()
        return self._document

    def _trial_url(self, document, name):
        return document["blobs"].get(name) or ContainerUrl(document["container"]).url(name)

    def _dataset_url(self, document, name):
        try:
            return document["dataset"]["blobs"][name]
        except KeyError:
            prefix = document["dataset"]["prefix"].strip("/")
            raise RunnerError("dataset %s has no %s" % (prefix, name[len(prefix):].strip("/") if name.startswith(prefix + "/") else name)) from None


class _Source:
    def __init__(self, grant, resolve):
        self._grant = grant
        self._resolve = resolve
        self._local = threading.local()

    def url(self, name):
        self._local.document = self._grant.current()
        return self._resolve(self._local.document, name)

    def renew(self):
        return self._grant.renew(self._local.document)


class _Fixed:
    def __init__(self, url):
        self._url = url

    def url(self, _):
        return self._url

    def renew(self):
        return False


def _checked(document):
    if document["format"] != FORMAT:
        raise RunnerError("the grant is of format '%s'; this runner reads %s" % (document["format"], FORMAT))
    urls = [document["grant"], document["container"]] + list(document["blobs"].values())
    if document.get("dataset"):
        urls += list(document["dataset"]["blobs"].values())
    for url in urls:
        if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
            raise RunnerError("the grant holds something else than http:// and https:// URLs")
    for name in ("issued", "expires"):
        document[name] = float(document[name])
    document["prefix"]
    if document.get("inherited"):
        document["inherited"]["id"], document["inherited"]["prefix"], document["inherited"]["files"]
    return document
