"""Where a process computes, and in which number format."""

import contextlib
import inspect
import os
import sys

import torch

from .contract import NonRetryable


def choose_device(wish):
    """This process's GPU, or the CPU. wish: `gpu` of job.json: none, optional or required.

    Raises NonRetryable where a required GPU cannot be had with this PyTorch, RuntimeError where it might be on another node.
    """
    if wish != "none" and torch.cuda.is_available():
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(device)
        return device
    if wish == "required":
        if torch.version.cuda is None and torch.version.hip is None:
            raise NonRetryable("job.json says gpu: required, and this PyTorch %s is built for CPUs: run it in the image with CUDA" % torch.__version__)
        raise RuntimeError("job.json says gpu: required, and PyTorch %s sees no GPU: is the node's driver there, and the container given its GPUs?" % (
            torch.__version__))
    if wish == "optional":
        print("no GPU: training on the CPU (PyTorch %s sees none)" % torch.__version__, file=sys.stderr, flush=True)
    return torch.device("cpu")


class Precision:
    """bf16 where the hardware computes in it, else fp16 with scaled gradients, and fp32 on a CPU.

    GPUs before Ampere (T4, V100) take bf16 too, but emulate it, slower than fp32.
    """

    def __init__(self, device):
        self._device = device
        self.dtype = None if device.type != "cuda" else torch.bfloat16 if _computes_in_bf16() else torch.float16
        # Without fp16 it is switched off and passes everything through.
        self.scaler = _gradient_scaler(self.dtype is torch.float16)

    def __str__(self):
        return {None: "fp32", torch.bfloat16: "bf16", torch.float16: "fp16"}[self.dtype]

    def autocast(self):
        """A block in which the model may compute in the format."""
        return contextlib.nullcontext() if self.dtype is None else torch.autocast(self._device.type, dtype=self.dtype)

    def state(self):
        """What a later process needs to scale as this one does; empty where nothing is scaled."""
        return self.scaler.state_dict()

    def restore(self, state):
        """Goes on with the state of a process that scaled; where this one or that one did not, there is nothing to do."""
        if state and self.dtype is torch.float16:
            self.scaler.load_state_dict(state)


def _computes_in_bf16():
    if "including_emulation" in inspect.signature(torch.cuda.is_bf16_supported).parameters:
        return torch.cuda.is_bf16_supported(including_emulation=False)
    # Older releases do not tell emulation apart; Ampere, compute capability 8, is the first that has it.
    return torch.cuda.is_bf16_supported() and (torch.version.hip is not None or torch.cuda.get_device_capability()[0] >= 8)


def _gradient_scaler(enabled):
    if hasattr(torch.amp, "GradScaler"):
        return torch.amp.GradScaler("cuda", enabled=enabled)
    return torch.cuda.amp.GradScaler(enabled=enabled)
