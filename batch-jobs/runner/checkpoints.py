"""Keeps a trial's checkpoint folder in blobs, whole or not at all."""

import hashlib
import json
import os
import shutil
import stat

from blobs import PreconditionFailed
from errors import RunnerError, Superseded

POINTER = "latest.json"
MAXIMUM_FILES = 1000
CLAIMS = 5


class CheckpointStore:
    """Uploads the checkpoint folder under `{prefix}/checkpoint/` and puts it back.

    Each process start writes into two slots of its own in turn, and then points `latest.json` at the slot with the hash of
    every file. A reader therefore sees one checkpoint or the one before, never half of one, and nothing needs deleting.
    The pointer changes under its ETag, and a new start begins by rewriting it: a process that was thought dead cannot
    overwrite what its successor wrote.
    """

    def __init__(self, container, prefix, start, inherited=None):
        self._container = container
        self._prefix = prefix + "/checkpoint/"
        self._start = start
        self._inherited = inherited
        self._slot = 0
        self._etag = None
        self._pointer = None

    def restore(self, folder, first=False):
        """Makes the checkpoint this start's own and puts it into the folder. False where there is none yet.

        `first`: no start came before this one, so that there can be none to look for.
        One that is to be inherited from another trial takes its place first: from then on it is this trial's own, whatever happens.
        """
        self._pointer = self._claim(first)
        if self._inherited and self._pointer.get("inherited") != self._inherited["id"]:
            self._download(self._inherited["prefix"] + "/", self._inherited["files"], folder)
            self.save(folder, sorted(item["file"] for item in self._inherited["files"]), inherited=self._inherited["id"])
        else:
            self._download("%s%s/" % (self._prefix, self._pointer["slot"]), self._pointer["files"], folder)
        return bool(self._pointer["files"])

    def keep(self, budget):
        """Notes the checkpoint as that of a budget, which another trial may inherit. Its files stay as they are: no later start writes into this slot."""
        if self._pointer["files"]:
            self._container.put("%sat-%d.json" % (self._prefix, budget), json.dumps(self._pointer).encode())

    def _download(self, prefix, files, folder):
        for item in files:
            name = item["file"]
            if name.startswith("/") or ".." in name.split("/"):
                raise RunnerError("checkpoint/%s names the file '%s' outside its folder" % (POINTER, name))
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            self._container.download(prefix + name, path, item["sha256"])

    def _claim(self, first):
        for claim in range(CLAIMS):
            text, self._etag = (None, None) if first and claim == 0 else self._container.get(self._prefix + POINTER)
            try:
                pointer = json.loads(text) if text else {"slot": None, "sequence": 0, "files": []}
                pointer = self._make(pointer["slot"], pointer["sequence"], pointer["files"], pointer.get("inherited"))
            except (ValueError, KeyError, TypeError) as error:
                raise RunnerError("checkpoint/%s is not valid: %r" % (POINTER, error)) from error
            try:
                self._write(json.dumps(pointer).encode())
                return pointer
            except Superseded:
                continue  # An older start has just saved once more: take over from there.
        raise RunnerError("checkpoint/%s changes faster than this start can take it over" % POINTER)

    @property
    def pointer(self):
        """What latest.json says: {slot, start, sequence, files:[{file,bytes,sha256}]}, and inherited where it goes back to another trial's;
        sequence 0 means none yet."""
        return self._pointer

    def _make(self, slot, sequence, files, inherited):
        pointer = {"slot": slot, "start": self._start, "sequence": sequence, "files": files}
        return dict(pointer, inherited=inherited) if inherited else pointer

    def save(self, folder, names, inherited=None):
        """Uploads these files of the folder as one checkpoint. False if it is the one already stored or a file changed under way."""
        if len(names) > MAXIMUM_FILES:
            raise RunnerError("the checkpoint holds %d files; at most %d are kept" % (len(names), MAXIMUM_FILES))
        slot = "%s-%s" % (self._start, "ab"[self._slot])
        files = []
        for name in names:
            path = os.path.join(folder, name)
            size, digest = self._container.upload("%s%s/%s" % (self._prefix, slot, name), path)
            if hash_file(path) != digest:
                return False
            files.append({"file": name, "bytes": size, "sha256": digest})
        if self._pointer["files"] == files and not inherited:
            return False
        pointer = self._make(slot, self._pointer["sequence"] + 1, files, inherited or self._pointer.get("inherited"))
        self._write(json.dumps(pointer).encode())
        self._pointer = pointer
        self._slot ^= 1
        return True

    def check_owner(self):
        """Raises Superseded where a later start has taken the checkpoint over: that one writes the outputs."""
        text, _ = self._container.get(self._prefix + POINTER)
        if text is None or json.loads(text)["start"] != self._start:
            raise Superseded("a later start of this trial is running; this one stops")

    def _write(self, text):
        name = self._prefix + POINTER
        conditions = {"if_match": self._etag} if self._etag else {"if_none_match": "*"}
        try:
            self._etag = self._container.put(name, text, **conditions)
        except PreconditionFailed:
            # The answer to an earlier try may have been lost after storage had taken it.
            stored, etag = self._container.get(name)
            if stored != text:
                raise Superseded("a later start of this trial has written a checkpoint; this one stops") from None
            self._etag = etag


def settled_files(folder):
    """{name: (bytes, mtime, inode)} of the folder's plain files; names that end in .tmp or start with a dot are still being written."""
    found = {}
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if name.startswith(".") or name.endswith(".tmp"):
                continue
            path = os.path.join(root, name)
            try:
                seen = os.lstat(path)
            except FileNotFoundError:
                continue
            if stat.S_ISREG(seen.st_mode):
                found[os.path.relpath(path, folder).replace(os.sep, "/")] = (seen.st_size, seen.st_mtime_ns, seen.st_ino)
    return found


def stage(folder, target):
    """Links the folder's files into a new folder, so that the job may replace them meanwhile. None if they changed under way."""
    before = settled_files(folder)
    shutil.rmtree(target, ignore_errors=True)
    try:
        for name in before:
            path = os.path.join(target, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            try:
                os.link(os.path.join(folder, name), path)
            except FileNotFoundError:
                raise
            except OSError:  # A file system without links.
                shutil.copyfile(os.path.join(folder, name), path)
    except FileNotFoundError:
        return None
    return before if settled_files(folder) == before else None


def hash_file(path):
    """Hex SHA-256 of a file."""
    sha = hashlib.sha256()
    with open(path, "rb") as file:
        for chunk in iter(lambda: file.read(1024 * 1024), b""):
            sha.update(chunk)
    return sha.hexdigest()
