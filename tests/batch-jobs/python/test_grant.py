import json
import os
import subprocess
import sys
import time
import unittest
import uuid

from support import JOBS, Azurite, FolderTestCase
from blobs import BlobContainer
from errors import RunnerError
from grant import Grant


class GrantTests(FolderTestCase):
    @classmethod
    def setUpClass(cls):
        cls.azurite = Azurite()
        cls.addClassCleanup(cls.azurite.stop)

    def setUp(self):
        super().setUp()
        self.name = "grant-" + uuid.uuid4().hex
        self.direct = BlobContainer(self.azurite.container(self.name))

    def document(self, minutes, **changes):
        """A grant that goes on in `grant.json` of the container and is good for so many minutes, or has been over for as many."""
        now = time.time()
        path = self.azurite.grant(os.path.join(self.folder, "made.json"), self.azurite.container(self.name, minutes=minutes), "run/trials/trial-000",
                                  grant=self.azurite.container(self.name, "r").replace("?", "/grant.json?"), issued=now - 3600,
                                  expires=now + 60 * minutes, **changes)
        with open(path) as file:
            return file.read()

    def test_a_trial_whose_signature_ran_out_goes_on_with_the_one_that_the_app_wrote_meanwhile(self):
        self.direct.put("grant.json", self.document(minutes=60).encode())
        path = self.write("grant.json", self.document(minutes=-5))
        done = subprocess.run(
            [sys.executable, os.path.join(JOBS, "runner", "runner.py"), "--grant", path, "--", "python3", "-c",
             "import os; open(os.environ['DML_OUTPUT'] + '/model.onnx', 'w').write('new')"],
            cwd=self.make("wd"), timeout=60, stderr=subprocess.PIPE, universal_newlines=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.direct.get("run/trials/trial-000/output/model.onnx")[0], b"new")
        self.assertFalse(os.path.exists(path))

    def test_a_grant_is_renewed_when_it_is_half_over_and_before_storage_says_no(self):
        later = self.document(minutes=120)
        self.direct.put("grant.json", later.encode())
        grant = Grant.parse(self.document(minutes=30))
        grant.trial.put("blob", b"x")
        self.assertEqual(json.loads(grant.text)["expires"], json.loads(later)["expires"])

    def test_without_a_later_one_the_error_says_what_is_wrong_and_no_signature(self):
        grant = Grant.parse(self.document(minutes=-5))
        with self.assertRaises(RunnerError) as caught:
            grant.trial.put("blob", b"x")
        self.assertIn("the SAS has expired or lacks a permission", str(caught.exception))
        self.assertNotIn("sig=", str(caught.exception))

    def test_a_later_grant_that_is_damaged_or_older_is_not_taken(self):
        for text in ("{", "{}", self.document(minutes=-10)):
            self.direct.put("grant.json", text.encode())
            grant = Grant.parse(self.document(minutes=5))
            self.assertFalse(grant.renew())
            grant.trial.put("blob", b"x")

    def test_a_name_that_the_grant_lists_goes_to_its_own_url(self):
        result = self.azurite.container(self.name + "-2").replace("?", "/result?")
        grant = Grant.parse(self.document(minutes=60, blobs={"run/trials/trial-000/output/result.json": result}))
        grant.trial.put("run/trials/trial-000/output/result.json", b"{}")
        self.assertEqual(BlobContainer(self.azurite.container(self.name + "-2")).get("result")[0], b"{}")

    def test_only_the_files_of_the_dataset_can_be_read(self):
        grant = Grant.parse(self.document(minutes=60, dataset={"prefix": "bands/1", "blobs": {}}))
        with self.assertRaisesRegex(RunnerError, "dataset bands/1 has no bands/2/manifest.json"):
            grant.dataset.get("bands/2/manifest.json")


if __name__ == "__main__":
    unittest.main()
