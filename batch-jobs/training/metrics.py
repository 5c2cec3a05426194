"""metrics.jsonl: one JSON object a line."""

import json
import math
import os


class MetricsLog:
    """Appends to metrics.jsonl. On resume, lines past the checkpoint's step go: the steps behind them are done again."""

    def __init__(self, folder, step):
        path = os.path.join(folder, "metrics.jsonl")
        kept = [line for line in _lines(path) if line.get("step", 0) <= step] if step else []
        with open(path + ".tmp", "w", encoding="utf-8") as file:
            for line in kept:
                file.write(json.dumps(line) + "\n")
        os.replace(path + ".tmp", path)
        self._file = open(path, "a", encoding="utf-8")

    def write(self, **values):
        """Writes one line. A number that JSON has no word for (NaN, infinity) becomes null."""
        clean = {key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in values.items()}
        self._file.write(json.dumps(clean) + "\n")
        self._file.flush()


def _lines(path):
    if not os.path.exists(path):
        return
    with open(path, encoding="utf-8") as file:
        for line in file:
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if isinstance(value, dict):
                yield value
