"""Sums up metrics.jsonl for result.json."""

import json
import math


def summarise(path):
    """{name: {last, minimum, maximum}} over the lines of a metrics.jsonl; {} where there is none.

    Lines that are no JSON object are skipped: the job's last line may be cut short when it was killed.
    """
    summary = {}
    try:
        file = open(path, encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return summary
    with file:
        for line in file:
            try:
                values = json.loads(line)
            except ValueError:
                continue
            if not isinstance(values, dict):
                continue
            for name, value in values.items():
                if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
                    continue
                seen = summary.setdefault(name, {"last": value, "minimum": value, "maximum": value})
                seen["last"] = value
                seen["minimum"] = min(seen["minimum"], value)
                seen["maximum"] = max(seen["maximum"], value)
    return summary
