"""What is learned: classes, labels or numbers. The loss, what is measured of a validation split, and what the network ends in."""

import math

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from .contract import NonRetryable


def task_of(dataset, wanted, label_smoothing=0.0):
    """The task of a dataset. `wanted`: those that the job can do."""
    if dataset.task not in wanted:
        raise NonRetryable("this job is for %s and the dataset for %s: name another job, or set dataset.task in the pipeline" % (
            " and ".join(wanted), dataset.task))
    if dataset.task == "regression":
        return Regression(dataset.targets)
    return (MultiLabel if dataset.task == "multiLabel" else Classification)(dataset.classes, label_smoothing)


class Classification:
    """One of some classes: the network's outputs are logits."""

    output = "logits"

    def __init__(self, classes, label_smoothing):
        self.outputs = classes
        self._label_smoothing = label_smoothing

    def finish(self, network):
        """The network as it is exported."""
        return network

    def loss(self, outputs, labels):
        """Summed over the examples."""
        return cross_entropy(outputs, labels, reduction="sum", label_smoothing=self._label_smoothing)

    def measure(self, outputs, labels):
        """Figures that add up over batches and processes: the loss, then of each class the examples, the answers and the right answers."""
        loss = cross_entropy(outputs, labels, reduction="sum").double()
        answers = outputs.argmax(1)
        counts = [torch.bincount(of, minlength=self.outputs) for of in (labels, answers, labels[answers == labels])]
        return torch.cat([loss.reshape(1)] + [count.to(loss.dtype) for count in counts])

    def metrics(self, figures, examples):
        """Metrics of the sums of `measure`. F1 and balanced accuracy are means over the classes that have examples."""
        loss, counts = figures[0], figures[1:]
        seen, answered, right = (counts[i * self.outputs:(i + 1) * self.outputs] for i in range(3))
        there = [i for i in range(self.outputs) if seen[i]]
        return {"loss": loss / examples, "accuracy": sum(right) / examples,
                "balanced_accuracy": sum(right[i] / seen[i] for i in there) / len(there),
                "f1": sum(2 * right[i] / (seen[i] + answered[i]) for i in there) / len(there)}


class MultiLabel:
    """Any number of some labels: the network's outputs are a logit for each."""

    output = "logits"

    def __init__(self, labels, label_smoothing):
        self.outputs = labels
        self._label_smoothing = label_smoothing

    def finish(self, network):
        """The network as it is exported."""
        return network

    def loss(self, outputs, labels):
        """Binary cross-entropy, summed over the examples, the mean over the labels."""
        smoothed = labels * (1 - self._label_smoothing) + self._label_smoothing / 2
        return binary_cross_entropy_with_logits(outputs, smoothed, reduction="sum") / self.outputs

    def measure(self, outputs, labels):
        """Figures that add up: the loss, the examples without a mistake, then of each label the examples, the answers and the right answers."""
        loss = binary_cross_entropy_with_logits(outputs, labels, reduction="sum").double() / self.outputs
        answers, truth = outputs >= 0, labels > 0
        exact = (answers == truth).all(1).sum().double()
        counts = [of.sum(0).double() for of in (truth, answers, truth & answers)]
        return torch.cat([loss.reshape(1), exact.reshape(1)] + counts)

    def metrics(self, figures, examples):
        """Metrics of the sums of `measure`. f1_macro is the mean over the labels that have examples."""
        loss, exact, counts = figures[0], figures[1], figures[2:]
        seen, answered, right = (counts[i * self.outputs:(i + 1) * self.outputs] for i in range(3))
        there = [i for i in range(self.outputs) if seen[i]]
        return {"loss": loss / examples, "accuracy": exact / examples,
                "f1_micro": 2 * sum(right) / max(sum(seen) + sum(answered), 1),
                "f1_macro": sum(2 * right[i] / (seen[i] + answered[i]) for i in there) / max(len(there), 1)}


class Regression:
    """One number or several: the network learns them standardised, and what is exported answers in their own units."""

    output = "values"

    def __init__(self, targets):
        self.outputs = len(targets)
        # A number that never changes has a deviation of 1 already.
        self._means = torch.tensor([float(target["mean"]) for target in targets])
        self._deviations = torch.tensor([float(target["standardDeviation"]) for target in targets])

    def finish(self, network):
        """The network as it is exported."""
        return nn.Sequential(network, _Rescale(self._means, self._deviations))

    def loss(self, outputs, labels):
        """Squared error in deviations of each target, summed over the examples, the mean over the targets."""
        return (self._errors(outputs, labels) ** 2).sum() / self.outputs

    def measure(self, outputs, labels):
        """Figures that add up: of each target the squared and absolute errors, the values and their squares, in deviations from its mean."""
        errors = self._errors(outputs, labels).double()
        values = ((labels - self._means.to(labels.device)) / self._deviations.to(labels.device)).double()
        return torch.cat([of.sum(0) for of in (errors ** 2, errors.abs(), values, values ** 2)])

    def metrics(self, figures, examples):
        """Metrics of the sums of `measure`: rmse and mae in the targets' units; over several targets the mean of each one's."""
        squared, absolute, values, squares = (figures[i * self.outputs:(i + 1) * self.outputs] for i in range(4))
        units = self._deviations.tolist()
        spread = [square - value * value / examples for square, value in zip(squares, values)]
        r2 = [1 - error / of if of > 1e-12 else 0.0 for error, of in zip(squared, spread)]
        return {"loss": sum(squared) / examples / self.outputs,
                "rmse": sum(unit * math.sqrt(error / examples) for unit, error in zip(units, squared)) / self.outputs,
                "mae": sum(unit * error / examples for unit, error in zip(units, absolute)) / self.outputs,
                "r2": sum(r2) / self.outputs}

    def _errors(self, outputs, labels):
        return (outputs - labels) / self._deviations.to(labels.device)


class _Rescale(nn.Module):
    """Standardised numbers in their own units again."""

    def __init__(self, means, deviations):
        super().__init__()
        self.register_buffer("means", means)
        self.register_buffer("deviations", deviations)

    def forward(self, standardised):
        return standardised * self.deviations + self.means
