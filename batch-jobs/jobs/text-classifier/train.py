"""Trains a convolutional network on texts: `train.py` under the job contract (see `batch-jobs/README.md`)."""

import os
import sys

sys.path.append(os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")))

import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn.functional import pad, relu  # noqa: E402

from training.contract import NonRetryable  # noqa: E402
from training.loop import main  # noqa: E402
from training.rows import Embedded, Rows  # noqa: E402


class TextClassifier(nn.Module):
    """Filters over one word, two and more, of which the greatest answer anywhere in the text counts (Kim, "Convolutional Neural Networks for
    Sentence Classification", 2014); beside them the row's other columns. Input [batch, columns], output logits [batch, classes]."""

    def __init__(self, parameters, features, classes):
        super().__init__()
        texts = [span for span in features.indices if span[1] > 1]
        self._words = nn.ModuleList(Embedded(span, parameters.embedding) for span in texts)
        self._filters = nn.ModuleList(
            nn.ModuleList(nn.Conv1d(parameters.embedding, parameters.filters, words) for words in range(1, parameters.window + 1)) for _ in texts)
        self._others = Rows(features, 0, without=texts)
        self._padding = parameters.window - 1
        self._dropout = nn.Dropout(parameters.dropout)
        self._answer = nn.Linear(len(texts) * parameters.window * parameters.filters + self._others.width, classes)

    def forward(self, rows):
        found = [self._others(rows)] if self._others.width else []
        for words, filters in zip(self._words, self._filters):
            # Texts of fewer words than a filter spans have an answer too.
            text = pad(words(rows).transpose(1, 2), (0, self._padding))
            found += [relu(each(text)).amax(2) for each in filters]
        return self._answer(self._dropout(torch.cat(found, 1)))


def build_model(parameters, features, classes):
    if len(features.shape) != 1 or all(length == 1 for _, length, _ in features.indices):
        raise NonRetryable('text-classifier needs a column of words in their order: give the column "type": "text" and "encode": "tokens" '
                           "in dataset.columns of the pipeline")
    return TextClassifier(parameters, features, classes)


if __name__ == "__main__":
    main(os.path.join(os.path.dirname(os.path.abspath(__file__)), "job.json"), build_model, input_name="row", learns=("classification", "multiLabel"))
