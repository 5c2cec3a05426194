"""Rows of a table, some of whose numbers are places in a list of categories or words."""

import torch
from torch import nn


class Embedded(nn.Module):
    """Vectors [batch, length, size] of the numbers of one span; that of 0, which stands for nothing known, is and stays zero."""

    def __init__(self, span, size):
        super().__init__()
        self._begin, length, self._numbers = span
        self._end = self._begin + length
        self.embedding = nn.Embedding(self._numbers, size, padding_idx=0)

    def forward(self, rows):
        return self.embedding(self.places(rows))

    def places(self, rows):
        """The numbers as integers. A caller of the published network may send any; those beyond the list count as its ends."""
        return rows[:, self._begin:self._end].clamp(0, self._numbers - 1).long()


class Rows(nn.Module):
    """Rows [batch, width]: the columns that are numbers, then for each span the mean vector of what it names.

    size: of the vectors; 0 for what is usual. without: spans that are left out, since something else reads them.
    """

    def __init__(self, features, size, without=()):
        super().__init__()
        named = {column for offset, length, _ in features.indices for column in range(offset, offset + length)}
        self.register_buffer("_numbers", torch.tensor([c for c in range(features.shape[0]) if c not in named], dtype=torch.long), persistent=False)
        self._spans = nn.ModuleList(Embedded(span, size or _usual(span[2])) for span in features.indices if span not in without)
        self.width = len(self._numbers) + sum(span.embedding.embedding_dim for span in self._spans)

    def forward(self, rows):
        parts = [rows[:, self._numbers]] if len(self._numbers) else []
        for span in self._spans:
            places = span.places(rows)
            parts.append(span.embedding(places).sum(1) / (places > 0).sum(1, keepdim=True).clamp(min=1))
        return torch.cat(parts, 1)


def _usual(numbers):
    """Half as many numbers as there are different things, at most 50: what is common for categories (Guo and Berkhahn 2016 took fewer than there are)."""
    return min(50, (numbers + 1) // 2)
