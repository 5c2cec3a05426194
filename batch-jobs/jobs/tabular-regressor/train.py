"""Trains a multi-layer perceptron to predict numbers from rows of numbers: `train.py` under the job contract (see `batch-jobs/README.md`)."""

import os
import sys

sys.path.append(os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")))

from training.loop import main  # noqa: E402
from training.perceptron import build_model  # noqa: E402

if __name__ == "__main__":
    main(os.path.join(os.path.dirname(os.path.abspath(__file__)), "job.json"), build_model, input_name="row", learns=("regression",))
