import contextlib
import io
import os
import unittest
from unittest import mock

from support import JOBS, FolderTestCase, job_environment, load_build_model, make_dataset

try:
    import torch
    from training import checkpoint, device
    from training.batches import loaders_that_fit
    from training.contract import Contract, NonRetryable
    from training.loop import Training
except ImportError:
    torch = None


def no_parameter():
    return True


def with_parameter(native):
    def is_bf16_supported(including_emulation=True):
        return native or including_emulation
    return is_bf16_supported


@unittest.skipIf(torch is None, "this interpreter has no PyTorch")
class DeviceTests(unittest.TestCase):
    def format_of(self, is_bf16_supported, capability=(7, 5)):
        with mock.patch.object(torch.cuda, "is_bf16_supported", is_bf16_supported), \
                mock.patch.object(torch.cuda, "get_device_capability", return_value=capability), \
                mock.patch.object(device, "_gradient_scaler", return_value=None):
            return str(device.Precision(torch.device("cuda", 0)))

    def test_bf16_is_for_gpus_that_compute_in_it_and_not_for_those_that_emulate_it(self):
        self.assertEqual(self.format_of(with_parameter(native=True)), "bf16")
        self.assertEqual(self.format_of(with_parameter(native=False)), "fp16")

    def test_a_pytorch_that_cannot_tell_emulation_apart_goes_by_the_generation(self):
        self.assertEqual(self.format_of(no_parameter, capability=(8, 0)), "bf16")
        self.assertEqual(self.format_of(no_parameter, capability=(7, 0)), "fp16")

    def test_a_cpu_computes_in_fp32_and_scales_nothing(self):
        precision = device.Precision(torch.device("cpu"))
        self.assertEqual((str(precision), precision.state()), ("fp32", {}))

    def choose(self, wish, built_for_cuda=True):
        said = io.StringIO()
        with contextlib.redirect_stderr(said), mock.patch.object(torch.version, "cuda", "12.6" if built_for_cuda else None), \
                mock.patch.object(torch.cuda, "is_available", return_value=False):
            return device.choose_device(wish), said.getvalue()

    def test_a_gpu_that_is_required_and_not_there_ends_the_trial_with_what_to_do(self):
        with self.assertRaisesRegex(NonRetryable, "gpu: required, and this PyTorch .* is built for CPUs: run it in the image with CUDA"):
            self.choose("required", built_for_cuda=False)
        # Another node's driver may be better.
        with self.assertRaisesRegex(RuntimeError, "gpu: required, and PyTorch .* sees no GPU"):
            self.choose("required")

    def test_training_on_the_cpu_is_said_where_a_gpu_was_wished_for(self):
        self.assertRegex(self.choose("optional")[1], r"^no GPU: training on the CPU \(PyTorch .* sees none\)\n$")
        self.assertEqual(self.choose("none")[1], "")


@unittest.skipIf(torch is None, "this interpreter has no PyTorch")
class LoaderTests(FolderTestCase):
    def test_no_more_loading_processes_are_started_than_shared_memory_has_room_for(self):
        megabytes = mock.Mock(f_bavail=64 << 8, f_frsize=4096)  # Docker's 64 MB
        with mock.patch.object(os, "statvfs", return_value=megabytes):
            self.assertEqual([loaders_that_fit(4, size) for size in (400 << 10, 3 << 20, 16 << 20)], [4, 2, 0])
            self.assertEqual(loaders_that_fit(4, 400 << 10, processes=8), 2)
        self.assertEqual(loaders_that_fit(4, 1, shared=os.path.join(self.folder, "none")), 0)


class FakeScaler:
    """fp16's gradient scaler, which this machine has no GPU for: the scale grows with each step."""

    def __init__(self, scale=8.0):
        self.value = scale

    def scale(self, loss):
        return loss * self.value

    def unscale_(self, optimizer):
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                parameter.grad /= self.value

    def step(self, optimizer):
        optimizer.step()

    def update(self):
        self.value *= 2

    def state_dict(self):
        return {"scale": self.value}

    def load_state_dict(self, state):
        self.value = state["scale"]


@unittest.skipIf(torch is None, "this interpreter has no PyTorch")
class ScalerTests(FolderTestCase):
    def train(self, budget, scaler):
        environment = job_environment(self.make("trial"), self.dataset, {"batch_size": 48, "gradient_clip": 1.0}, DML_BUDGET=budget)
        training = Training(Contract(environment), os.path.join(JOBS, "jobs", "tabular-classifier", "job.json"), load_build_model("tabular-classifier"), "row")
        training.precision.scaler, training.precision.dtype = scaler, torch.float16
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), \
                mock.patch.object(training.precision, "autocast", contextlib.nullcontext):
            training.run()

    def test_the_gradient_scale_is_kept_with_the_checkpoint_and_goes_on_from_there(self):
        self.dataset = make_dataset(os.path.join(self.folder, "dataset"), shape=(6,))
        self.train(1, FakeScaler())
        self.assertEqual(checkpoint.load(os.path.join(self.folder, "trial", "checkpoint"))["scaler"], {"scale": 8.0 * 2 ** 2})
        later = FakeScaler(scale=1.0)
        self.train(2, later)
        self.assertEqual(later.value, 8.0 * 2 ** 4)


if __name__ == "__main__":
    unittest.main()
