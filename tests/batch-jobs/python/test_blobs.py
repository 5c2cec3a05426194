import os
import unittest

from support import Azurite, FolderTestCase
from blobs import BLOCK, BlobContainer, PreconditionFailed
from checkpoints import hash_file
from errors import RunnerError


class BlobContainerTests(FolderTestCase):
    @classmethod
    def setUpClass(cls):
        cls.azurite = Azurite()
        cls.addClassCleanup(cls.azurite.stop)

    def container(self, name="blobs", permissions="rwc", minutes=60):
        return BlobContainer(self.azurite.container(name, permissions, minutes), attempts=3, sleep=lambda _: None)

    def test_a_large_file_goes_up_in_blocks_and_comes_back_the_same(self):
        path = self.write("large", os.urandom(BLOCK * 2 + 12345))
        container = self.container()
        size, digest = container.upload("folder/large file.bin", path)
        self.assertEqual(size, BLOCK * 2 + 12345)
        copy = os.path.join(self.folder, "copy")
        container.download("folder/large file.bin", copy, digest)
        self.assertEqual(hash_file(copy), hash_file(path))

    def test_a_blob_that_is_not_there_reads_as_nothing(self):
        self.assertEqual(self.container().get("nowhere"), (None, None))

    def test_a_conditional_write_fails_when_the_blob_is_there_or_has_changed(self):
        container = self.container()
        etag = container.put("conditional", b"1", if_none_match="*")
        with self.assertRaises(PreconditionFailed):
            container.put("conditional", b"2", if_none_match="*")
        container.put("conditional", b"3", if_match=etag)
        with self.assertRaises(PreconditionFailed):
            container.put("conditional", b"4", if_match=etag)
        self.assertEqual(container.get("conditional")[0], b"3")

    def test_a_download_with_another_hash_is_refused_and_leaves_no_file(self):
        container = self.container()
        container.put("shard.npy", b"damaged")
        path = os.path.join(self.folder, "shard.npy")
        with self.assertRaisesRegex(RunnerError, "shard.npy is corrupted"):
            container.download("shard.npy", path, "0" * 64)
        self.assertFalse(os.path.exists(path))

    def test_a_sas_without_the_permission_is_refused_in_one_line_without_the_signature(self):
        reader = self.container(permissions="r")
        with self.assertRaises(RunnerError) as caught:
            reader.put("secret", b"x")
        self.assertIn("HTTP 403", str(caught.exception))
        self.assertNotIn("sig=", str(caught.exception))
        self.assertNotIn("\n", str(caught.exception))

    def test_an_unreachable_service_is_retried_a_bounded_number_of_times(self):
        pauses = []
        container = BlobContainer("http://127.0.0.1:9/account/container?sig=x", attempts=4, sleep=pauses.append)
        with self.assertRaisesRegex(RunnerError, "gave up on GET blob after 4 attempts"):
            container.get("blob")
        self.assertEqual(len(pauses), 3)


if __name__ == "__main__":
    unittest.main()
