"""A few blob operations through URLs with a SAS, with the standard library only."""

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

RETRIED = (408, 409, 412, 429, 500, 502, 503, 504)
"""409 and 412 among them: a blob that somebody has leased or copies. Those of a condition of ours are told apart by their code."""

CONDITIONS = ("", "BlobAlreadyExists", "ConditionNotMet", "TargetConditionNotMet")
TIMEOUT = 60.0
LONGEST_PAUSE = 20.0


class PreconditionFailed(Exception):
    """The blob is already there, or is no longer the one this process wrote."""


class ContainerUrl:
    """Names blobs by the URL of their container, whose SAS holds for all of them and cannot be renewed."""

    def __init__(self, url):
        self._parts = urllib.parse.urlsplit(url)

    def url(self, name):
        """The URL of a blob."""
        return self._parts._replace(path="%s/%s" % (self._parts.path.rstrip("/"), urllib.parse.quote(name))).geturl()

    def renew(self):
        """Gets a later SAS. False where there is none."""
        return False


class BlobContainer:
    """Blobs by name. `source` says where a name lies: a container's URL, or what has url(name) and renew().

    Safe to use from several threads: each keeps its own connections.
    """

    def __init__(self, source, attempts=6, pause=0.5, sleep=time.sleep):
        self._source = ContainerUrl(source) if isinstance(source, str) else source
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
        headers = {}
        if if_none_match:
            headers["If-None-Match"] = if_none_match
        if if_match:
            headers["If-Match"] = if_match
        return self._put(name, data, headers).get("ETag")

    def upload(self, name, path):
        """Writes a file to a blob, whole or not at all, and makes sure that storage has it. Returns (bytes, hex SHA-256) of what it has."""
        sha, md5 = hashlib.sha256(), hashlib.md5()
        total = 0
        blocks = []
        with open(path, "rb") as source:
            chunk = source.read(BLOCK)
            following = source.read(BLOCK) if chunk else b""
            if not following:
                self.write(name, chunk)
                return len(chunk), hashlib.sha256(chunk).hexdigest()
            while chunk:
                sha.update(chunk)
                md5.update(chunk)
                total += len(chunk)
                block = base64.b64encode(b"%08d" % len(blocks)).decode()
                self._send("PUT", name, query={"comp": "block", "blockid": block}, data=chunk)
                blocks.append(block)
                chunk, following = following, source.read(BLOCK) if following else b""
        whole = base64.b64encode(md5.digest()).decode()
        body = '<?xml version="1.0" encoding="utf-8"?><BlockList>%s</BlockList>' % "".join("<Latest>%s</Latest>" % block for block in blocks)
        self._send("PUT", name, query={"comp": "blocklist"}, data=body.encode(),
                   headers={"x-ms-blob-content-type": _content_type(name), "x-ms-blob-content-md5": whole})
        self._verify(name, total, whole)
        return total, sha.hexdigest()

    def write(self, name, data):
        """Writes a small blob whole and makes sure that storage has these bytes."""
        md5 = _md5(data)
        # Mostly the answer says so, which spares a second request.
        if self._put(name, data, {}).get("Content-MD5") != md5:
            self._verify(name, len(data), md5)

    def _put(self, name, data, conditions):
        headers = dict(conditions, **{"x-ms-blob-type": "BlockBlob", "Content-Type": _content_type(name)})
        status, answer, _ = self._send("PUT", name, data=data, headers=headers, conditional=bool(conditions))
        if status in (409, 412):
            raise PreconditionFailed(name)
        return answer

    def _verify(self, name, size, md5):
        """Storage checks each request's bytes against their MD5; this looks whether the blob is what those requests made of it."""
        status, answer, _ = self._send("HEAD", name)
        stored = (answer.get("Content-Length"), answer.get("Content-MD5")) if status < 300 else (None, None)
        if stored != (str(size), md5):
            raise RunnerError("blob %s is not what was uploaded: %d bytes with MD5 %s were sent, storage has %s with %s" % (
                name, size, md5, stored[0] or "nothing", stored[1] or "none"))

    def _send(self, verb, name, query=None, data=None, headers=None, sink=None, conditional=False):
        last = ""
        wait = 0.0
        for attempt in range(self._attempts):
            if attempt:
                self._sleep(min(LONGEST_PAUSE, max(wait, self._pause * 2 ** (attempt - 1) * random.uniform(0.7, 1.3))))
            wait = 0.0
            try:
                status, answer, body = self._once(verb, name, query or {}, data, headers or {}, sink)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                last = "%s: %s" % (type(error).__name__, error)
                continue
            code = answer.get("x-ms-error-code") or ""
            if status < 300 or status == 404 and verb != "PUT" or conditional and status in (409, 412) and code in CONDITIONS:
                return status, answer, body
            last = ("HTTP %d %s" % (status, code)).strip()
            if status == 403 and self._source.renew():
                continue
            if status not in RETRIED and code != "Md5Mismatch":
                hint = " (the SAS has expired or lacks a permission)" if status == 403 else ""
                raise RunnerError("storage refused %s %s: %s%s" % (verb, name, last, hint))
            wait = _retry_after(answer.get("Retry-After"))
        raise RunnerError("storage gave up on %s %s after %d attempts: %s" % (verb, name, self._attempts, last))

    def _once(self, verb, name, query, data, headers, sink):
        parts = urllib.parse.urlsplit(self._source.url(name))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise RunnerError("the URL of blob %s must be http:// or https:// with a host" % name)
        connection = self._connection(parts)
        target = "%s?%s" % (parts.path, "&".join(filter(None, (parts.query, urllib.parse.urlencode(query)))))
        sent = {"x-ms-version": API_VERSION}
        if verb == "PUT":
            sent["Content-Length"] = str(len(data or b""))
            sent["Content-MD5"] = _md5(data or b"")
        sent.update(headers)
        connection.request(verb, target, body=data, headers=sent)
        response = connection.getresponse()
        if sink and response.status == 200:
            return response.status, response.headers, _pour(response, sink)
        body = response.read()
        return response.status, response.headers, None if sink else body

    def _connection(self, parts):
        connections = self._local.__dict__.setdefault("connections", {})
        key = (parts.scheme, parts.hostname, parts.port)
        if key not in connections:
            kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
            connections[key] = kind(parts.hostname, parts.port, timeout=TIMEOUT)
        return connections[key]

    def close(self):
        """Closes this thread's connections; the next operation opens others."""
        connections = self._local.__dict__.pop("connections", {})
        for connection in connections.values():
            connection.close()


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


def _md5(data):
    return base64.b64encode(hashlib.md5(data).digest()).decode()


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
