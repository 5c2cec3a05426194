"""Brings a dataset version to the node once, for every trial that runs there."""

import fcntl
import json
import os
import shutil
import time
import urllib.parse

from errors import RunnerError

COMPLETE = ".complete"
PARALLEL = 8


class DatasetCache:
    """Dataset folders under one directory of the node.

    A lock file per version makes concurrent trials safe: who downloads holds it exclusively, who trains holds it shared.
    The kernel drops the locks of a process that dies, so that nothing has to be cleaned up after a kill.
    """

    def __init__(self, root, keep=4, stopping=lambda: None):
        self._root = os.path.join(root, "durableml", "datasets")
        self._keep = keep
        self._stopping = stopping
        self._held = None
        os.makedirs(self._root, exist_ok=True)

    @staticmethod
    def open(settings, stopping):
        """The node's shared cache, or one in the scratch folder where the node has none."""
        shared = settings.shared
        usable = shared and os.path.isdir(shared) and os.access(shared, os.W_OK)
        return DatasetCache(shared if usable else os.path.join(settings.work, "cache"), settings.cached_datasets, stopping)

    def fetch(self, container, prefix):
        """The local folder with manifest.json and every shard, downloaded and verified if it is not there yet."""
        key = urllib.parse.quote(prefix.strip("/"), safe="")
        folder = os.path.join(self._root, key)
        lock = open(os.path.join(self._root, key + ".lock"), "a+")
        self._lock(lock, fcntl.LOCK_EX)
        if not _is_complete(folder):
            self._make_room(key)
            self._download(container, prefix, folder)
        os.utime(folder)
        fcntl.flock(lock, fcntl.LOCK_SH)
        self._held = lock
        return folder

    def _lock(self, file, kind):
        while True:
            try:
                fcntl.flock(file, kind | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                self._stopping()
                time.sleep(0.1)

    def _download(self, container, prefix, folder):
        import concurrent.futures  # Here, since most trials find the dataset on their node, and it takes its time.
        partial = folder + ".partial"
        for old in (partial, folder):
            shutil.rmtree(old, ignore_errors=True)
        os.makedirs(partial)
        text, _ = container.get(prefix + "/manifest.json")
        if text is None:
            raise RunnerError("dataset %s has no manifest.json" % prefix)
        with open(os.path.join(partial, "manifest.json"), "wb") as file:
            file.write(text)
        files = shard_files(text, prefix)
        with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
            pending = [pool.submit(self._shard, container, prefix, partial, name, digest) for name, digest in files]
            try:
                sizes = {name: job.result() for (name, _), job in zip(files, pending)}
            except BaseException:
                for job in pending:
                    job.cancel()
                raise
        with open(os.path.join(partial, COMPLETE), "w") as file:
            json.dump(sizes, file)
        os.rename(partial, folder)

    def _shard(self, container, prefix, folder, name, digest):
        self._stopping()
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        size = container.download(prefix + "/" + name, path, digest)
        os.chmod(path, 0o444)
        return size

    def _make_room(self, wanted):
        """Removes the versions used longest ago that no process holds, until few enough are left."""
        others = sorted((used, name) for name, used in self._versions() if name != wanted)
        for _, name in others[:max(0, len(others) - self._keep + 1)]:
            key = name[:-len(".partial")] if name.endswith(".partial") else name
            with open(os.path.join(self._root, key + ".lock"), "a+") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                shutil.rmtree(os.path.join(self._root, name), ignore_errors=True)

    def _versions(self):
        """(name, time of last use) of the folders. One that another runner renames or removes meanwhile is passed over."""
        for entry in os.scandir(self._root):
            try:
                if entry.is_dir():
                    yield entry.name, entry.stat().st_mtime
            except FileNotFoundError:
                continue


def shard_files(manifest, prefix):
    """(file, SHA-256) of every shard in a manifest; a name that would leave the dataset's folder is refused."""
    try:
        splits = json.loads(manifest)["splits"]
        files = {}
        for split in splits.values():
            for shard in split["shards"]:
                for part in ("features", "labels"):
                    if part in shard:
                        files[shard[part]["file"]] = shard[part]["sha256"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunnerError("manifest.json of dataset %s is not valid: %r" % (prefix, error)) from error
    for name in files:
        if os.path.isabs(name) or ".." in name.split("/") or "\\" in name:
            raise RunnerError("manifest.json of dataset %s names the file '%s' outside its folder" % (prefix, name))
    return sorted(files.items())


def _is_complete(folder):
    try:
        with open(os.path.join(folder, COMPLETE)) as file:
            sizes = json.load(file)
        return all(os.path.getsize(os.path.join(folder, name)) == size for name, size in sizes.items())
    except (OSError, ValueError):
        return False
