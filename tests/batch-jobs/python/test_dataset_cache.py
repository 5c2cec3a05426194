import os
import shutil
import unittest
from unittest import mock

from support import FolderTestCase, make_dataset
from dataset import DatasetCache


class LocalContainer:
    """A container of files in a folder."""

    def __init__(self, folder):
        self.folder = folder

    def get(self, name):
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read(), None

    def download(self, name, path, _):
        shutil.copyfile(os.path.join(self.folder, name), path)
        return os.path.getsize(path)


class DatasetCacheTests(FolderTestCase):
    def setUp(self):
        super().setUp()
        for version in "1234":
            make_dataset(self.make("source", "bands", version))
        self.container = LocalContainer(os.path.join(self.folder, "source"))

    def fetch(self, version, keep=2):
        cache = DatasetCache(self.make("node"), keep)
        return cache, cache.fetch(self.container, "bands/" + version)

    def names(self):
        return sorted(name for name in os.listdir(os.path.join(self.folder, "node", "durableml", "datasets")) if not name.endswith(".lock"))

    def test_the_versions_used_last_are_kept(self):
        for version in "1234":
            cache, _ = self.fetch(version)
            cache._held.close()
        self.assertEqual(self.names(), ["bands%2F3", "bands%2F4"])

    def test_a_version_that_a_process_holds_stays(self):
        held, _ = self.fetch("1")
        for version in "234":
            cache, _ = self.fetch(version, keep=1)
            cache._held.close()
        self.assertEqual(self.names(), ["bands%2F1", "bands%2F4"])
        held._held.close()

    def test_a_folder_that_another_runner_renames_while_they_are_listed_is_passed_over(self):
        self.fetch("1")[0]._held.close()
        partial = self.make("node", "durableml", "datasets", "bands%2F2.partial")
        scan = os.scandir

        def scan_and_rename(path):
            entries = list(scan(path))
            if os.path.isdir(partial) and os.path.basename(path) == "datasets":
                os.rename(partial, partial[:-len(".partial")])
            return entries
        with mock.patch("os.scandir", scan_and_rename):
            cache, folder = self.fetch("3")
        self.assertTrue(os.path.exists(os.path.join(folder, "manifest.json")))
        cache._held.close()


if __name__ == "__main__":
    unittest.main()
