"""A few blob operations on one container through a SAS URL, with the standard library only."""

import base64
import hashlib
import http.client
import os
import random
import threading
import time
import urllib.parse
from email.utils import parsedate_to_datetime

from errors import RunnerError

API_VERSION = "2021-12-02"
BLOCK = 8 * 1024 * 1024
"""Files over this many bytes go up block by block, so that a retry repeats one block."""

RETRIED = (408, 429, 500, 502, 503, 504)
TIMEOUT = 60.0
LONGEST_PAUSE = 20.0


class PreconditionFailed(Exception):
    """The blob is already there, or is no longer the one this process wrote."""


class BlobContainer:
    """A container behind a SAS URL. Safe to use from several threads: each keeps its own connection."""

    def __init__(self, url, attempts=6, pause=0.5, sleep=time.sleep):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise RunnerError("a container URL must be http:// or https:// with a host")
        self._parts = parts
        self._attempts = attempts
        self._pause = pause
        self._sleep = sleep
        self._local = threading.local()

    def get(self, name):
        """The blob's bytes and ETag, or (None, None) where there is none."""
        status, headers, body = self._send("GET", name)
        if status == 404:
            return None, None
        return body, headers.get("ETag")

    def download(self, name, path, digest=None):
        """Streams a blob to a new file; with digest (hex SHA-256) a different content is an error. Returns the byte count."""
        for attempt in range(2):
            actual, size = self._send("GET", name, sink=path)[2] or (None, 0)
            if actual is None:
                raise RunnerError("blob %s does not exist" % name)
            if digest is None or actual == digest.lower():
                return size
            os.unlink(path)
        raise RunnerError("blob %s is corrupted: its SHA-256 is %s, the manifest says %s" % (name, actual, digest))

    def put(self, name, data, if_none_match=None, if_match=None):
        """Writes a small blob whole and returns its ETag; raises PreconditionFailed where a condition does not hold."""
        headers = {"x-ms-blob-type": "BlockBlob", "Content-Type": _content_type(name)}
        if if_none_match:
            headers["If-None-Match"] = if_none_match
        if if_match:
            headers["If-Match"] = if_match
        status, answer, _ = self._send("PUT", name, data=data, headers=headers)
        if status in (409, 412):
            raise PreconditionFailed(name)
        return answer.get("ETag")

    def upload(self, name, path):
        """Writes a file to a blob, whole or not at all. Returns (bytes, hex SHA-256) of what was sent."""
        sha = hashlib.sha256()
        total = 0
        blocks = []
        with open(path, "rb") as source:
            chunk = source.read(BLOCK)
            following = source.read(BLOCK) if chunk else b""
            if not following:
                self.put(name, chunk)
                return len(chunk), hashlib.sha256(chunk).hexdigest()
            while chunk:
                sha.update(chunk)
                total += len(chunk)
                block = base64.b64encode(b"%08d" % len(blocks)).decode()
                self._send("PUT", name, query={"comp": "block", "blockid": block}, data=chunk)
                blocks.append(block)
                chunk, following = following, source.read(BLOCK) if following else b""
        body = '<?xml version="1.0" encoding="utf-8"?><BlockList>%s</BlockList>' % "".join(
            "<Latest>%s</Latest>" % block for block in blocks)
        self._send("PUT", name, query={"comp": "blocklist"}, data=body.encode(),
                   headers={"x-ms-blob-content-type": _content_type(name)})
        return total, sha.hexdigest()

    def _send(self, verb, name, query=None, data=None, headers=None, sink=None):
        last = ""
        for attempt in range(self._attempts):
            if attempt:
                self._sleep(min(LONGEST_PAUSE, max(wait, self._pause * 2 ** (attempt - 1) * random.uniform(0.7, 1.3))))
            wait = 0.0
            try:
                status, answer, body = self._once(verb, name, query or {}, data, headers or {}, sink)
            except (OSError, http.client.HTTPException) as error:
                self._drop()
                last = "%s: %s" % (type(error).__name__, error)
                continue
            if status < 300 or status == 404 and verb == "GET" or status in (409, 412):
                return status, answer, body
            code = answer.get("x-ms-error-code") or ""
            last = ("HTTP %d %s" % (status, code)).strip()
            if status not in RETRIED:
                hint = " (the SAS has expired or lacks a permission)" if status == 403 else ""
                raise RunnerError("storage refused %s %s: %s%s" % (verb, name, last, hint))
            wait = _retry_after(answer.get("Retry-After"))
        raise RunnerError("storage gave up on %s %s after %d attempts: %s" % (verb, name, self._attempts, last))

    def _once(self, verb, name, query, data, headers, sink):
        connection = self._connection()
        target = "%s/%s?%s" % (self._parts.path.rstrip("/"), urllib.parse.quote(name), self._parts.query)
        if query:
            target += "&" + urllib.parse.urlencode(query)
        sent = {"x-ms-version": API_VERSION}
        sent.update(headers)
        if verb == "PUT":
            sent["Content-Length"] = str(len(data or b""))
        connection.request(verb, target, body=data, headers=sent)
        response = connection.getresponse()
        if sink and response.status == 200:
            return response.status, response.headers, _pour(response, sink)
        body = response.read()
        return response.status, response.headers, None if sink else body

    def _connection(self):
        connection = getattr(self._local, "connection", None)
        if connection is None:
            kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
            connection = self._local.connection = kind(self._parts.hostname, self._parts.port, timeout=TIMEOUT)
        return connection

    def _drop(self):
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None


def _pour(response, path):
    expected = response.headers.get("Content-Length")
    sha = hashlib.sha256()
    size = 0
    with open(path, "wb") as file:
        while True:
            chunk = response.read(1024 * 1024)
            if not chunk:
                break
            sha.update(chunk)
            size += len(chunk)
            file.write(chunk)
    if expected is not None and size != int(expected):
        raise http.client.IncompleteRead(b"", int(expected) - size)
    return sha.hexdigest(), size


def _retry_after(value):
    if not value:
        return 0.0
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return 0.0


def _content_type(name):
    if name.endswith(".json"):
        return "application/json"
    if name.endswith((".txt", ".jsonl")):
        return "text/plain; charset=utf-8"
    return "application/octet-stream"
