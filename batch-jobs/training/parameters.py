"""What the job's own job.json says: hyperparameters, which are checked against it, and the GPU."""

import json
import math
from types import SimpleNamespace

from .contract import NonRetryable

_TYPES = {"number": (int, float), "integer": (int,), "string": (str,), "boolean": (bool,)}


def load(params_path, definition_path):
    """The trial's parameters with the defaults of job.json filled in, as attributes. Raises NonRetryable naming the parameter."""
    with open(definition_path, encoding="utf-8") as file:
        definitions = json.load(file)["parameters"]
    given = {}
    if params_path:
        try:
            with open(params_path, encoding="utf-8") as file:
                given = json.load(file)
        except ValueError as error:
            raise NonRetryable("DML_PARAMS is not valid JSON: %s" % error) from error
        if not isinstance(given, dict):
            raise NonRetryable("DML_PARAMS must hold a JSON object")
    for name in given:
        if name not in definitions:
            raise NonRetryable("invalid parameter '%s': this job knows %s" % (name, ", ".join(sorted(definitions))))
    return SimpleNamespace(**{name: _check(name, given.get(name, rule["default"]), rule) for name, rule in definitions.items()})


def immutable(definition_path):
    """The names of the parameters with which a checkpoint has to be continued as it was made."""
    with open(definition_path, encoding="utf-8") as file:
        return {name for name, rule in json.load(file)["parameters"].items() if not rule.get("mutable")}


def gpu_requirement(definition_path):
    """`gpu` of job.json: none, optional or required."""
    with open(definition_path, encoding="utf-8") as file:
        return json.load(file).get("gpu", "none")


def _check(name, value, rule):
    kind = rule["type"]
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, _TYPES[kind]) or isinstance(value, bool) != (kind == "boolean"):
        raise NonRetryable("invalid parameter '%s': must be of type %s, not %s" % (name, kind, json.dumps(value)))
    if kind == "number" and not math.isfinite(value):
        raise NonRetryable("invalid parameter '%s': must be finite" % name)
    if "values" in rule and value not in rule["values"]:
        raise NonRetryable("invalid parameter '%s': must be one of %s, not %s" % (name, ", ".join(map(str, rule["values"])), value))
    if "minimum" in rule and value < rule["minimum"] or "maximum" in rule and value > rule["maximum"]:
        raise NonRetryable("invalid parameter '%s': must lie in [%s, %s], not %s" % (
            name, rule.get("minimum", "-inf"), rule.get("maximum", "inf"), value))
    return value
