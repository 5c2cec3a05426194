"""The training loop of the PyTorch jobs: seeded, resumable at any step, the same over one process or many."""

import math
import os
import signal
import sys
import time
import traceback

import numpy as np
import torch

from . import checkpoint, parameters
from .batches import Batches, loaders_that_fit
from .contract import EXIT_NON_RETRYABLE, EXIT_STOPPED, Contract, NonRetryable
from .dataset import Dataset, epoch_order
from .device import Precision, choose_device
from .distributed import World, end_process, world_size
from .export import export_onnx
from .launch import launch, processes_wanted
from .metrics import MetricsLog
from .schedule import learning_rate
from .tasks import task_of

VALIDATION_BATCH = 1000
LOADERS = 4
"""Processes that load for one GPU, where it has the cores."""



class Stopped(Exception):
    """SIGTERM came; the checkpoint is written."""


def main(definition_path, build_model, input_name, learns=("classification",)):
    """Trains one trial under the job contract, over all GPUs of the node, and ends the process with the contract's exit code.

    build_model(parameters, features, outputs) returns the module, with an output for each class or number; it raises NonRetryable for
    sizes that do not fit. learns: the tasks that a dataset may have: classification, multiLabel, regression.
    """
    processes = processes_wanted(parameters.gpu_requirement(definition_path))
    if processes > 1:
        sys.exit(launch(processes))
    code = 0
    try:
        Training(Contract(), definition_path, build_model, input_name, learns).run()
    except (NonRetryable, Stopped) as reason:
        print(reason, file=sys.stderr)
        code = EXIT_NON_RETRYABLE if isinstance(reason, NonRetryable) else EXIT_STOPPED
    except Exception:  # Whatever it is, it ends the process with its trace; gloo must not get in the way.
        traceback.print_exc()
        code = 1
    end_process(code)


class Training:
    """One process of one trial."""

    def __init__(self, contract, definition_path, build_model, input_name, learns=("classification",)):
        self.contract = contract
        self.parameters = parameters.load(contract.params, definition_path)
        self.immutable = parameters.immutable(definition_path)
        self.input_name = input_name
        self.device = choose_device(parameters.gpu_requirement(definition_path))
        self.precision = Precision(self.device)
        torch.set_num_threads(contract.threads)
        torch.use_deterministic_algorithms(self.device.type == "cpu")
        # All batches but the last have one shape: worth trying out which convolution is fastest for it.
        torch.backends.cudnn.benchmark = True
        torch.manual_seed(contract.seed)
        dataset = Dataset(contract.dataset)
        self.feature_shape = dataset.feature_shape
        self.train_split = dataset.split("train")
        self.validation_split = dataset.split("validation")
        if not len(self.train_split):
            raise NonRetryable("the dataset has no examples to train on")
        self._check_shares()
        self.task = task_of(dataset, learns, getattr(self.parameters, "label_smoothing", 0.0))
        model = self.task.finish(build_model(self.parameters, dataset.features, self.task.outputs))
        self.image = len(dataset.feature_shape) == 3
        self.model = model.to(self.device, memory_format=torch.channels_last) if self.image else model.to(self.device)
        self.optimizer = _optimizer(self.parameters, self.model)
        self.world = World(self.device)
        self.steps_per_epoch = math.ceil(len(self.train_split) / self.parameters.batch_size)
        self.step = 0
        self.sums = [0.0, 0.0]
        self.seconds = 0.0
        self.stopping = False
        loaders = self._loaders()
        self.train_batches = Batches(self.train_split, self.device, loaders)
        self.validation_batches = Batches(self.validation_split, self.device, min(1, loaders))
        signal.signal(signal.SIGTERM, self._on_notice)

    def run(self):
        """Trains up to the budget, then exports."""
        self._resume()
        writer = self.world.rank == 0
        if writer and self.device.type == "cuda":
            print("training on %d x %s in %s" % (self.world.size, torch.cuda.get_device_name(self.device), self.precision), file=sys.stderr, flush=True)
        self.metrics = MetricsLog(self.contract.output, self.step) if writer else None
        parallel = self.world.wrap(self.model)
        for epoch in range(self.step // self.steps_per_epoch, self.contract.budget):
            self._train_epoch(parallel, epoch)
        self.world.leave()
        if writer:
            export_onnx(self.model, self.feature_shape, os.path.join(self.contract.output, "model.onnx"), self.input_name, self.task.output)

    def _loaders(self):
        """Processes that load ahead. On a CPU they would take from the training what they give it."""
        if self.contract.loaders >= 0:
            return self.contract.loaders
        if self.device.type != "cuda":
            return 0
        largest = max(math.ceil(self.parameters.batch_size / world_size()), VALIDATION_BATCH)
        return loaders_that_fit(min(LOADERS, self.contract.threads - 1), largest * self.train_split.example_bytes, self.contract.processes)

    def _check_shares(self):
        """Each step needs an example for each process."""
        processes, batch, examples = world_size(), self.parameters.batch_size, len(self.train_split)
        if batch < processes:
            raise NonRetryable("invalid parameter 'batch_size': %d examples cannot be shared by %d processes (one for each GPU of each node); "
                               "make it %d or more, or take fewer nodes" % (batch, processes, processes))
        if examples < processes:
            raise NonRetryable("the dataset has %d examples to train on, fewer than the %d processes (one for each GPU of each node): "
                               "take fewer nodes" % (examples, processes))

    def _train_epoch(self, model, epoch):
        contract, batch = self.contract, self.parameters.batch_size
        total = (self.parameters.schedule_epochs or contract.budget) * self.steps_per_epoch
        order = epoch_order(len(self.train_split), contract.seed, epoch)
        first = self.step - epoch * self.steps_per_epoch
        chunks = [order[i * batch:(i + 1) * batch] for i in range(first, self.steps_per_epoch)]
        # A last batch with fewer examples than processes would leave one of them with nothing to do.
        chunks = [chunk for chunk in chunks if len(chunk) >= self.world.size]
        model.train()
        began = time.monotonic()
        for chunk, (features, labels) in zip(chunks, self.train_batches([self.world.share(chunk) for chunk in chunks])):
            rate = learning_rate(self.parameters.schedule, self.parameters.learning_rate, self.step, total)
            loss = self._train_step(model, features, labels, rate, len(chunk))
            self.step += 1
            if self.step % contract.log_steps == 0:
                self._log_step(loss, len(chunk), rate)
            if self.step % self.steps_per_epoch == 0:
                break  # The epoch is not over before its line is written and its sums are cleared.
            stop = self.world.any_by_now(self.stopping)
            if stop or self.step % contract.checkpoint_steps == 0:
                self.seconds += time.monotonic() - began
                began = time.monotonic()
                self._save()
            if stop:
                self._stop()
        self.step = (epoch + 1) * self.steps_per_epoch
        self.seconds += time.monotonic() - began
        self._end_epoch(model, epoch)
        if self.step < contract.budget * self.steps_per_epoch and self.world.any(self.stopping):
            self._stop()

    def _stop(self):
        raise Stopped("stopped by SIGTERM at step %d; checkpoint written" % self.step)

    def _train_step(self, model, features, labels, rate, examples):
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.zero_grad(set_to_none=True)
        with self.precision.autocast():
            loss = self.task.loss(model(features).float(), labels)
        # Processes' gradients are averaged: times their number, over the global batch, gives the mean over its examples.
        scaler = self.precision.scaler
        scaler.scale(loss * (self.world.size / examples)).backward()
        if self.parameters.gradient_clip > 0:
            scaler.unscale_(self.optimizer)
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.parameters.gradient_clip)
        scaler.step(self.optimizer)
        scaler.update()
        loss = loss.detach()
        self.sums = [self.sums[0] + loss.double(), self.sums[1] + examples]
        return loss

    def _log_step(self, loss, examples, rate):
        value = self.world.sum(loss)[0] / examples
        if not math.isfinite(value):
            raise NonRetryable("diverged: the training loss is %s at step %d" % (value, self.step))
        if self.metrics:
            self.metrics.write(kind="step", step=self.step, epoch=self.step / self.steps_per_epoch, step_loss=value, learning_rate=rate)

    def _end_epoch(self, model, epoch):
        # Every process has counted whole batches, but only its own part of the loss.
        loss = self.world.sum(self.sums[0])[0] / self.sums[1]
        if not math.isfinite(loss):
            raise NonRetryable("diverged: the training loss is %s in epoch %d" % (loss, epoch + 1))
        values = {"train_loss": loss, "seconds": self.seconds, "examples_per_second": self.sums[1] / max(self.seconds, 1e-9),
                  "gpus": self.world.size if self.device.type == "cuda" else 0}
        values.update(self._validate(model))
        if self.metrics:
            self.metrics.write(kind="epoch", step=self.step, epoch=epoch + 1, **values)
            print("epoch %d/%d: %s" % (epoch + 1, self.contract.budget, " ".join(
                "%s=%.4f" % pair for pair in values.items() if pair[0] != "gpus")), flush=True)
        self.sums, self.seconds = [0.0, 0.0], 0.0
        self._save()

    def _validate(self, model):
        """The task's metrics on the validation split; {} where the dataset has none."""
        examples = len(self.validation_split)
        if not examples:
            return {}
        self.model.eval()
        figures = 0.0
        mine = np.arange(examples)[self.world.rank::self.world.size]
        chunks = [mine[i:i + VALIDATION_BATCH] for i in range(0, len(mine), VALIDATION_BATCH)]
        with torch.no_grad():
            for features, labels in self.validation_batches(chunks):
                with self.precision.autocast():
                    outputs = self.model(features).float()
                figures = figures + self.task.measure(outputs, labels)
        metrics = self.task.metrics(self._sum_over_processes(figures), examples)
        if not math.isfinite(metrics["loss"]):
            raise NonRetryable("diverged: the validation loss is %s" % metrics["loss"])
        return {"validation_" + name: value for name, value in metrics.items()}

    def _sum_over_processes(self, figures):
        return figures.tolist() if self.world.size == 1 else self.world.sum(*figures)

    def _save(self):
        sums = [self.world.sum(self.sums[0])[0], self.sums[1]]
        random = {"cpu": torch.get_rng_state()}
        if self.device.type == "cuda":
            random["cuda"] = torch.cuda.get_rng_state(self.device)
        if self.world.rank == 0:
            checkpoint.save(self.contract.checkpoint, {
                "step": self.step, "seed": self.contract.seed, "parameters": vars(self.parameters),
                "model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(), "scaler": self.precision.state(),
                "sums": sums, "seconds": self.seconds, "random": random})

    def _resume(self):
        # Only the first process's node gets the checkpoint back.
        state = self.world.from_first(checkpoint.load(self.contract.checkpoint) if self.world.rank == 0 else None)
        if state is None:
            # Each process draws its own dropout masks; the weights come from the first one.
            torch.manual_seed(self.contract.seed + 7919 * self.world.rank)
            return
        self._check_fits(state)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        # The optimizer's state brings along what it was made with. The learning rate is set at every step.
        for group in self.optimizer.param_groups:
            group["weight_decay"] = self.parameters.weight_decay
        self.precision.restore(state.get("scaler"))
        self.step, self.seconds = state["step"], state["seconds"]
        # The sum over all processes counts once.
        self.sums = [state["sums"][0] if self.world.rank == 0 else 0.0, state["sums"][1]]
        if self.world.rank == 0:
            torch.set_rng_state(state["random"]["cpu"])
            if self.device.type == "cuda" and "cuda" in state["random"]:
                torch.cuda.set_rng_state(state["random"]["cuda"], self.device)
        else:
            torch.manual_seed(self.contract.seed + 7919 * self.world.rank + self.step)
        print("resuming at step %d of %d" % (self.step, self.contract.budget * self.steps_per_epoch), file=sys.stderr, flush=True)

    def _check_fits(self, state):
        """A checkpoint goes on with the parameters that it was made with, but for those that job.json lets change."""
        wanted = vars(self.parameters)
        others = [name for name in sorted(set(wanted) | set(state["parameters"]))
                  if state["parameters"].get(name) != wanted.get(name) and (name in self.immutable or name not in wanted)]
        if others:
            raise NonRetryable("the checkpoint belongs to other parameters: %s; those marked mutable in job.json may change" % ", ".join(
                "%s was %s and is %s" % (name, state["parameters"].get(name), wanted.get(name)) for name in others))
        # Another trial's checkpoint was made with that one's seed. The first process is told whose it is.
        if state["seed"] != self.contract.seed and self.world.rank == 0 and not self.contract.inherited:
            raise NonRetryable("the checkpoint belongs to another seed")

    def _on_notice(self, *_):
        self.stopping = True


def _optimizer(chosen, model):
    if chosen.optimizer == "sgd":
        return torch.optim.SGD(model.parameters(), chosen.learning_rate, momentum=0.9, nesterov=True, weight_decay=chosen.weight_decay)
    return torch.optim.AdamW(model.parameters(), chosen.learning_rate, weight_decay=chosen.weight_decay)
