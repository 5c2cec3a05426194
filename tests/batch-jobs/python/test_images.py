import glob
import json
import os
import re
import unittest

from support import JOBS

SHARED = os.path.join(JOBS, "Dockerfile")
DOCKERFILES = [SHARED] + sorted(glob.glob(os.path.join(JOBS, "jobs", "*", "Dockerfile")))
REQUIREMENTS = sorted(glob.glob(os.path.join(JOBS, "**", "requirements*.txt"), recursive=True))


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def instructions(path):
    """(instruction, arguments) of a Dockerfile, with continued lines joined and comments left out."""
    text = "\n".join(line for line in read(path).splitlines() if not line.startswith("#")).replace("\\\n", " ")
    return [tuple(line.split(None, 1)) for line in text.splitlines() if line.strip()]


def pins(path):
    return dict(line.split("==") for line in read(path).splitlines() if line and not line.startswith("#"))


class ImageTests(unittest.TestCase):
    """What can be told of the images without building them: no Docker and no PyPI is to be had here, so digests cannot be had either."""

    def test_every_job_without_an_image_of_its_own_is_one_of_pytorchs(self):
        for path in glob.glob(os.path.join(JOBS, "jobs", "*", "job.json")):
            own = os.path.join(os.path.dirname(path), "Dockerfile")
            self.assertTrue(own in DOCKERFILES or "training" in json.loads(read(path)).get("includes", []), path)

    def test_the_base_of_each_image_is_one_exact_version(self):
        for path in DOCKERFILES:
            bases = [arguments for step, arguments in instructions(path) if step == "FROM"]
            for base in [base for base in bases if base != "${HARDWARE}"]:
                self.assertRegex(base, r"^[a-z/]+:\d+\.\d+\.\d+-[a-z0-9.-]+( AS (cuda|cpu))?$", path)
            self.assertTrue(len(bases) == 1 or bases[-1] == "${HARDWARE}", path)

    def test_every_package_is_pinned_and_none_comes_in_that_is_not_listed(self):
        for path in REQUIREMENTS:
            for line in read(path).splitlines():
                if line and not line.startswith("#"):
                    self.assertRegex(line, r"^[a-z0-9-]+==\d+(\.\d+)+$", path)
        for path in DOCKERFILES:
            for command in [part.strip() for step, arguments in instructions(path) if step == "RUN" for part in arguments.split("&&")]:
                self.assertNotRegex(command, r"\b(apt-get|apt|curl|wget|conda|git)\b", path)
                if "pip install" in command:
                    self.assertRegex(command, r"pip install --no-cache-dir --no-deps -r /tmp/\S+$", path)
            self.assertNotIn("ADD", [step for step, _ in instructions(path)], path)

    def test_all_images_have_the_same_pytorch_of_2_8_or_later_and_say_which_cuda(self):
        torch = pins(os.path.join(JOBS, "training", "requirements.txt"))["torch"]
        self.assertGreaterEqual(tuple(map(int, torch.split("."))), (2, 8))
        self.assertEqual([path for path in REQUIREMENTS if "torch" in pins(path)], [os.path.join(JOBS, "training", "requirements.txt")])
        steps = instructions(SHARED)
        self.assertEqual(steps[0], ("ARG", "HARDWARE=cuda"))
        self.assertIn(("FROM", "pytorch/pytorch:%s-cuda12.6-cudnn9-runtime AS cuda" % torch), steps)

    def test_no_image_runs_as_root(self):
        for path in DOCKERFILES:
            step, user = instructions(path)[-1]
            self.assertEqual(step, "USER", path)
            self.assertRegex(read(path), r"useradd --uid \d{5} --create-home %s\b" % re.escape(user))

    def test_what_an_image_copies_is_there(self):
        for path in DOCKERFILES:
            for arguments in [arguments for step, arguments in instructions(path) if step == "COPY"]:
                for source in arguments.split()[:-1]:
                    # One job stands for those that share an image.
                    source = source.replace("${JOB}", "image-classifier")
                    self.assertTrue(os.path.exists(os.path.join(JOBS, source)), "%s copies %s" % (path, source))


if __name__ == "__main__":
    unittest.main()
