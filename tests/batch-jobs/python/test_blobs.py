import json
import os
import subprocess
import sys
import unittest
import urllib.request

from support import JOBS, Azurite, FolderTestCase
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

    def lease(self, container, name):
        url = self.azurite.container(container)
        BlobContainer(url).put(name, b"before")
        request = urllib.request.Request(
            "%s/%s?comp=lease&%s" % (url.split("?")[0], name, url.split("?")[1]), method="PUT", data=b"",
            headers={"x-ms-lease-action": "acquire", "x-ms-lease-duration": "-1", "x-ms-version": "2021-12-02"})
        urllib.request.urlopen(request, timeout=10).close()
        return url

    def test_a_blob_that_storage_does_not_let_us_write_is_an_error_and_not_an_upload(self):
        for size in (3, BLOCK + 3):
            container = BlobContainer(self.lease("leases", "leased-%d" % size), attempts=3, sleep=lambda _: None)
            with self.assertRaisesRegex(RunnerError, "gave up on PUT leased-%d after 3 attempts: HTTP 412 LeaseIdMissing" % size):
                container.upload("leased-%d" % size, self.write("file", os.urandom(size)))
            with self.assertRaisesRegex(RunnerError, "LeaseIdMissing"):
                container.put("leased-%d" % size, b"x", if_match=container.get("leased-%d" % size)[1])
            self.assertEqual(container.get("leased-%d" % size)[0], b"before")

    def test_a_blob_that_is_not_what_was_sent_is_an_error(self):
        for change, words in ((b"other bytes", "5 bytes .* were sent, storage has 11"), (b"olleh", "MD5"), (None, "storage has nothing")):
            container = self.container()
            sent = container._put

            def put(name, _, conditions):
                return sent(name, change, conditions) if change else {}
            container._put = put
            with self.assertRaisesRegex(RunnerError, words):
                container.upload("swapped-%s" % bool(change), self.write("file", b"hello"))

    def test_a_small_file_takes_one_request(self):
        container = self.container()
        verbs, once = [], container._once

        def count(verb, *others):
            verbs.append(verb)
            return once(verb, *others)
        container._once = count
        for content in (b"hello", b""):
            container.upload("small", self.write("small", content))
            self.assertEqual(verbs, ["PUT"])
            verbs.clear()
            self.assertEqual(container.get("small")[0], content)
            verbs.clear()

    def test_bytes_that_change_on_the_way_are_refused_by_storage(self):
        container = self.container()
        with self.assertRaisesRegex(RunnerError, "HTTP 400"):
            container._send("PUT", "damaged", data=b"hello", headers={"x-ms-blob-type": "BlockBlob", "Content-MD5": "XrY7u+Ae7tCTyyK7j1rNww=="})

    def test_storage_that_refuses_an_output_is_not_the_jobs_fault(self):
        url = self.lease("refusing", "run/trials/trial-000/output/model.onnx")
        grant = self.azurite.grant(os.path.join(self.folder, "grant.json"), url, "run/trials/trial-000")
        script = "import blobs, runner, sys; blobs.BlobContainer.__init__.__defaults__ = (2, 0.01, blobs.time.sleep); sys.exit(runner.main(sys.argv[1:]))"
        done = subprocess.run(
            [sys.executable, "-c", script, "--grant", grant, "--", "python3", "-c", "import os; open(os.environ['DML_OUTPUT'] + '/model.onnx', 'w').write('new')"],
            cwd=self.make("wd"), env=dict(os.environ, PYTHONPATH=os.path.join(JOBS, "runner")), timeout=60, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 69, done.stderr)
        result = json.loads(BlobContainer(url).get("run/trials/trial-000/output/result.json")[0])
        self.assertEqual((result["reason"], result["outputs"]), ("infrastructure", []))
        self.assertIn("output/model.onnx", result["message"])


if __name__ == "__main__":
    unittest.main()
