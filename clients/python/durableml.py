"""A client of DurableMl's HTTP API for notebooks and scripts. Python 3.9 or newer, standard library only.

    from durableml import Client
    client = Client("http://localhost:7071", key="…")          # or the settings DURABLEML_SERVER and DURABLEML_KEY
    client.upload("penguins/", to="raw/penguins/")
    run = client.wait(client.run(json.load(open("pipeline.json"))))
    client.infer("penguins", [{"Island": "Dream", "Body Mass (g)": 3700}])
"""

from __future__ import annotations

import base64
import io
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

__all__ = ["Client", "DurableMlError"]

Json = Dict[str, Any]

_ENDED = ("Completed", "Failed", "Terminated", "Canceled", "Purged")
_NAMES_AT_A_TIME = 200


class DurableMlError(Exception):
    """The server refused a request. `status` is the HTTP status, `problem` the document that it answered, where it was one."""

    def __init__(self, status: int, message: str, problem: Optional[Json] = None) -> None:
        super().__init__(message)
        self.status = status
        self.problem = problem


class Client:
    """The API of one app. Safe to use from several threads: it keeps nothing but its address and key."""

    def __init__(self, server: Optional[str] = None, key: Optional[str] = None, timeout: float = 60) -> None:
        """`timeout` is in seconds, for each request."""
        address = server or os.environ.get("DURABLEML_SERVER") or "http://localhost:7071"
        if urllib.parse.urlsplit(address).scheme not in ("http", "https"):
            raise ValueError("server must be an http or https address, not %r" % address)
        self._server = address.rstrip("/") + "/"
        self._key = key or os.environ.get("DURABLEML_KEY")
        self._timeout = timeout

    def upload(self, path: str, to: Optional[str] = None) -> List[str]:
        """Uploads a file, or a folder with all that is in it, as raw data; returns the blobs. What begins with a dot stays behind."""
        files = list(_files(path, to))
        # The arrival of a pipeline.json starts a run: last, when its data is there.
        files.sort(key=lambda each: each[1].endswith("/pipeline.json"))
        for start in range(0, len(files), _NAMES_AT_A_TIME):
            part = files[start:start + _NAMES_AT_A_TIME]
            answer = self._json("POST", "api/uploads", {"names": [name for _, name in part]})
            for (file, _), upload in zip(part, answer["uploads"]):
                with open(file, "rb") as content:
                    request = urllib.request.Request(upload["url"], data=content, method="PUT", headers={
                        "x-ms-blob-type": "BlockBlob", "Content-Type": "application/octet-stream", "Content-Length": str(os.path.getsize(file))})
                    self._send(request)
        return [name for _, name in files]

    def datasets(self) -> List[Json]:
        """The versions of all datasets, by name and the newest first."""
        return self._json("GET", "api/datasets")["datasets"]

    def jobs(self) -> List[Json]:
        """The jobs that a pipeline may name."""
        return self._json("GET", "api/jobs")["jobs"]

    def push_job(self, folder: str) -> str:
        """Uploads a job's folder; returns `name@sha256`, which pipelines may name as `sweep.job`."""
        with open(os.path.join(folder, "job.json"), encoding="utf-8") as file:
            name = json.load(file)["name"]
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, inner in _walk(folder):
                if "__pycache__" not in inner.split("/"):
                    archive.write(path, inner)
        pushed = self._json("PUT", "api/jobs/" + _quote(name), packed.getvalue(), "application/zip")
        return "%s@%s" % (pushed["name"], pushed["sha256"])

    def run(self, pipeline: Mapping[str, Any], run_id: Optional[str] = None) -> str:
        """Starts a run of a pipeline; returns its id."""
        query = "" if run_id is None else "?runId=" + _quote(run_id)
        return self._json("POST", "api/pipelines" + query, pipeline)["id"]

    def status(self, run: str) -> Json:
        """One run, with its progress and, once it has ended, its output."""
        return self._json("GET", "api/pipelines/" + _quote(run))

    def runs(self) -> Iterator[Json]:
        """All runs, the newest first."""
        token: Optional[str] = None
        while True:
            page = self._json("GET", "api/pipelines" + ("" if token is None else "?continuationToken=" + _quote(token)))
            yield from page["runs"]
            token = page.get("continuationToken")
            if token is None:
                return

    def wait(self, run: str, timeout: Optional[float] = None, interval: float = 1) -> Json:
        """Waits until a run has ended, and returns it; TimeoutError after `timeout` seconds. The run goes on without who waits."""
        return self._wait(run, self.status, timeout, interval, "run ")

    def cancel(self, run: str) -> None:
        """Asks a run to stop."""
        self._json("POST", "api/pipelines/%s/cancel" % _quote(run))

    def resume(self, run: str) -> None:
        """Lets a run that failed or was cancelled go on from what is done."""
        self._json("POST", "api/pipelines/%s/resume" % _quote(run))

    def models(self) -> List[str]:
        """The names of all models."""
        return self._json("GET", "api/models")["models"]

    def model(self, name: str, version: Optional[str] = None) -> Json:
        """A model's versions and aliases, or one version's manifest."""
        return self._json("GET", "api/models/" + _quote(name) + ("" if version is None else "/versions/" + _quote(version)))

    def alias(self, model: str, alias: str, version: Optional[str]) -> Json:
        """Lets an alias name a version, or removes it where the version is None; returns all aliases."""
        path = "api/models/%s/aliases/%s" % (_quote(model), _quote(alias))
        return self._json("DELETE", path) if version is None else self._json("PUT", path, {"version": version})

    def traffic(self, model: str) -> Json:
        """The rules that divide a model's requests among its versions."""
        return self._json("GET", "api/models/%s/traffic" % _quote(model))

    def delete_model(self, name: str) -> Json:
        """Deletes a model with all its versions; returns what was removed. What is in use is refused (409), with what uses it."""
        return self._json("DELETE", "api/models/" + _quote(name))

    def delete_version(self, model: str, version: str) -> Json:
        """Deletes a version of a model; its number is not given again."""
        return self._json("DELETE", "api/models/%s/versions/%s" % (_quote(model), _quote(version)))

    def delete_run(self, run: str) -> Json:
        """Deletes a run that has ended, with its trials, checkpoints and logs."""
        return self._json("DELETE", "api/pipelines/" + _quote(run))

    def delete_dataset(self, name: str, version: Optional[str] = None) -> Json:
        """Deletes a dataset with all its versions, or one."""
        return self._json("DELETE", "api/datasets/" + _quote(name) + ("" if version is None else "?version=" + _quote(version)))

    def infer(self, model: str, rows: Sequence[Mapping[str, Any]], version: Optional[str] = None) -> List[Json]:
        """Asks a model of a table about rows, values by column; returns the outputs of each row by name."""
        if not rows:
            return []
        names = list(dict.fromkeys(name for row in rows for name in row))
        request = {"inputs": [
            {"name": name, "datatype": "BYTES", "shape": [len(rows)], "data": [_text(row.get(name)) for row in rows]} for name in names]}
        return _rows(self.infer_tensors(model, request, version), len(rows))

    def infer_images(self, model: str, files: Sequence[str], version: Optional[str] = None) -> List[Json]:
        """Asks a model of images about image files (JPEG, PNG, BMP, GIF, WebP); returns the outputs of each by name."""
        data = []
        for path in files:
            with open(path, "rb") as file:
                data.append(base64.b64encode(file.read()).decode())
        request = {"inputs": [{"name": "image", "datatype": "BYTES", "shape": [len(data)], "data": data}]}
        return _rows(self.infer_tensors(model, request, version), len(data)) if data else []

    def infer_tensors(self, model: str, request: Mapping[str, Any], version: Optional[str] = None) -> Json:
        """Sends a request of the Open Inference Protocol v2 as it is."""
        return self._json("POST", "v2/models/%s%s/infer" % (_quote(model), "" if version is None else "/versions/" + _quote(version)), request)

    def score(self, model: str, source: str, **options: Any) -> str:
        """Starts to score the arrays under a prefix, such as `datasets/mnist/…/test`, or the tables or images that the model was trained on, such as `raw/new/`.

        Options are those of the request: `output`, `version`, `format` (csv or jsonl, of arrays npy or jsonl), `maxFailedItems`, `threshold`, `batch`, `parallelism`,
        `prediction`. Returns the scoring's id.
        """
        return self._json("POST", "api/models/%s/score" % _quote(model), dict(options, input=source))["id"]

    def score_status(self, score: str) -> Json:
        """How a scoring is doing: its `customStatus` has `examples` and `failed`."""
        return self._json("GET", "api/scores/" + _quote(score))

    def wait_score(self, score: str, timeout: Optional[float] = None, interval: float = 1) -> Json:
        """Waits until a scoring has ended, and returns it: its `output` has `examples`, `failed`, and `output`, where the predictions lie; a message where it failed."""
        return self._wait(score, self.score_status, timeout, interval)

    def _wait(self, name: str, status: Callable[[str], Json], timeout: Optional[float], interval: float, kind: str = "scoring ") -> Json:
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            document = status(name)
            if document["runtimeStatus"] in _ENDED:
                return document
            if until is not None and time.monotonic() >= until:
                raise TimeoutError("%s%s is %s" % (kind, name, document["runtimeStatus"]))
            time.sleep(interval)

    def _json(self, method: str, path: str, body: Any = None, content_type: str = "application/json") -> Any:
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self._server + path, data=data, method=method)
        if data is not None:
            request.add_header("Content-Type", content_type)
        if self._key:
            request.add_header("x-functions-key", self._key)
        text = self._send(request)
        return json.loads(text) if text else None

    def _send(self, request: urllib.request.Request) -> bytes:
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as response:
                return response.read()
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error.code, error.read()) from None


def _refusal(status: int, body: bytes) -> DurableMlError:
    try:
        problem = json.loads(body)
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        return DurableMlError(status, "HTTP %d: %s" % (status, body[:500].decode("utf-8", "replace")))
    parts = [str(problem.get("title") or problem.get("error") or "HTTP %d" % status)]
    parts += [str(problem["detail"])] if problem.get("detail") else []
    parts += ["%s %s" % (error.get("path"), error.get("reason")) for error in problem.get("errors") or []]
    return DurableMlError(status, "; ".join(parts), problem)


def _files(path: str, to: Optional[str]) -> Iterator[Tuple[str, str]]:
    full = os.path.abspath(path)
    if not os.path.exists(full):
        raise FileNotFoundError(full)
    name = os.path.basename(full)
    folder = to or "raw/%s/" % (name if os.path.isdir(full) else os.path.splitext(name)[0])
    if not folder.startswith("raw/") or folder == "raw/":
        raise ValueError("to must be below raw/, for example raw/penguins/, not %r" % folder)
    if os.path.isdir(full):
        for file, inner in _walk(full):
            yield file, folder.rstrip("/") + "/" + inner
    else:
        yield full, folder + name if folder.endswith("/") else folder


def _walk(folder: str) -> Iterator[Tuple[str, str]]:
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for file in sorted(each for each in files if not each.startswith(".")):
            path = os.path.join(root, file)
            yield path, os.path.relpath(path, folder).replace(os.sep, "/")


def _text(value: Any) -> Optional[str]:
    # Scalars of NumPy become Python's own.
    value = value.item() if hasattr(value, "item") else value
    if value is None or isinstance(value, str):
        return value
    # What NumPy and pandas have for a missing value.
    if str(value) in ("nan", "NaT", "<NA>"):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    # As training reads it: 4.0 and 4 are the same category.
    return json.dumps(int(value) if isinstance(value, float) and value.is_integer() else value, default=str)


def _rows(answer: Json, rows: int) -> List[Json]:
    return [{output["name"]: _row(output["data"], index, rows) for output in answer["outputs"]} for index in range(rows)]


def _row(data: Sequence[Any], index: int, rows: int) -> Any:
    width = len(data) // rows
    return data[index] if width == 1 else list(data[index * width:(index + 1) * width])


def _quote(text: str) -> str:
    return urllib.parse.quote(text, safe="")
