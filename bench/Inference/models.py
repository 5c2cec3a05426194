"""Writes the models that bench/Inference measures, with random weights: the MNIST network, a ResNet-50, whole and cut in two, and a wide perceptron.

Usage: python3 models.py FOLDER   (any PyTorch from 1.13; run by an interpreter that imports torch)
"""
import os
import sys

import torch
from torch import nn


class Mnist(nn.Module):
    """The network of batch-jobs/jobs/image-classifier with its default sizes."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(32 * 7 * 7, 64), nn.ReLU(), nn.Linear(64, 10))

    def forward(self, x):
        return self.layers(x)


class Bottleneck(nn.Module):
    """He et al. 2015, figure 5 right."""

    def __init__(self, width_in, width, stride):
        super().__init__()
        out = width * 4
        self.path = nn.Sequential(
            nn.Conv2d(width_in, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, out, 1, bias=False), nn.BatchNorm2d(out))
        self.skip = nn.Identity() if stride == 1 and width_in == out else nn.Sequential(
            nn.Conv2d(width_in, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        return torch.relu(self.path(x) + self.skip(x))


class ResNet50(nn.Module):
    def __init__(self):
        super().__init__()
        layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
        width_in = 64
        for width, blocks, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
            for block in range(blocks):
                layers.append(Bottleneck(width_in, width, stride if block == 0 else 1))
                width_in = width * 4
        self.layers = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, 1000))

    def forward(self, x):
        return self.layers(x)


class Wide(nn.Module):
    """Almost all of its time goes into reading 80 MB of weights, whatever the batch: what batching is best for."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(784, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 10))

    def forward(self, x):
        return self.layers(x)


def export(model, example, path, given="image", answer="scores"):
    torch.onnx.export(
        model.eval(), example, path, input_names=[given], output_names=[answer], opset_version=13,
        dynamic_axes={given: {0: "batch"}, answer: {0: "batch"}})


if __name__ == "__main__":
    torch.manual_seed(0)
    folder = sys.argv[1]
    digit = torch.zeros(1, 1, 28, 28)
    photo = torch.zeros(1, 3, 224, 224)
    export(Mnist(), digit, os.path.join(folder, "mnist.onnx"))
    export(Wide(), digit, os.path.join(folder, "wide.onnx"))
    whole = ResNet50()
    export(whole, photo, os.path.join(folder, "resnet50.onnx"))
    # Cut before the last stage, which has two thirds of the weights.
    front, back = whole.layers[:17], whole.layers[17:]
    export(front, photo, os.path.join(folder, "resnet50-front.onnx"), answer="features")
    export(back, front(photo), os.path.join(folder, "resnet50-back.onnx"), given="features")
