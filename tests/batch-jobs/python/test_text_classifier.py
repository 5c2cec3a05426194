import json
import os
import unittest

from support import FolderTestCase, job_environment, make_dataset, read_metrics, run_job

try:
    import numpy as np
    import torch
except ImportError:
    torch = None

LENGTH = 8
"""Words of a text."""


def make_texts(folder, **described):
    """Texts of the words 2 to 9 in which the word 5 right before the word 6 makes class 1; either by itself, or the other way round, makes class 0."""
    random = np.random.RandomState(3)

    def write(split, part, examples):
        rows = random.randint(2, 10, (examples, LENGTH + 1)).astype(np.float32)
        labels = random.randint(0, 2, examples).astype(np.int64)
        rows[:, :LENGTH][np.isin(rows[:, :LENGTH], (5, 6))] = 1
        for row, label in zip(rows, labels):
            at = random.randint(0, LENGTH - 1)
            row[at:at + 2] = (5, 6) if label else (6, 5)
        np.save(os.path.join(folder, "%s-%05d-features.npy" % (split, part)), rows)
        np.save(os.path.join(folder, "%s-%05d-labels.npy" % (split, part)), labels)

    make_dataset(folder, examples=600, validation=200, shape=(LENGTH + 1,), classes=2, shards=2)
    for part in range(2):
        write("train", part, 300)
        write("validation", part, 100)
    path = os.path.join(folder, "manifest.json")
    with open(path, encoding="utf-8") as file:
        manifest = json.load(file)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(dict(manifest, **described), file)
    return folder


@unittest.skipIf(torch is None, "this interpreter has no PyTorch")
class TextClassifierTests(FolderTestCase):
    def test_it_learns_what_only_the_order_of_words_tells(self):
        dataset = make_texts(self.make("dataset"), indices=[{"offset": 0, "length": LENGTH, "numbers": 10}])
        trial = self.make("trial")
        done = run_job("text-classifier", job_environment(trial, dataset, {"batch_size": 32, "learning_rate": 0.01, "embedding": 16, "dropout": 0.1}, DML_BUDGET=8))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(read_metrics(trial)[-1]["validation_accuracy"], 0.95)
        self.assertTrue(os.path.exists(os.path.join(trial, "output", "model.onnx")))

    def test_a_row_without_words_in_their_order_is_refused_with_what_to_say_in_the_pipeline(self):
        dataset = make_texts(self.make("dataset"))
        done = run_job("text-classifier", job_environment(self.make("trial"), dataset, {}))
        self.assertEqual(done.returncode, 64)
        self.assertIn('"encode": "tokens"', done.stderr)

    def test_categories_get_vectors_of_their_own_and_what_is_unknown_none(self):
        from training.dataset import Features
        from training.rows import Rows
        torch.manual_seed(1)
        rows = Rows(Features((4,), ((1, 1, 5), (2, 2, 9))), 3)
        known = rows(torch.tensor([[7.0, 2, 3, 4], [7.0, 2, 3, 0], [7.0, 0, 0, 0], [7.0, 99, -1, 0]]))
        self.assertEqual(rows.width, 1 + 3 + 3)
        self.assertEqual(known[:, 0].tolist(), [7] * 4)
        self.assertTrue(torch.equal(known[0, 1:4], known[1, 1:4]))
        self.assertFalse(torch.equal(known[0, 4:], known[1, 4:]))
        self.assertEqual(known[2, 1:].tolist(), [0] * 6)
        self.assertNotEqual(known[3, 1:4].tolist(), [0] * 3)
        self.assertEqual(known[3, 4:].tolist(), [0] * 3)


if __name__ == "__main__":
    unittest.main()
