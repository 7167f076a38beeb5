#!/usr/bin/env python3
"""ResNet18 from ImageNet weights on SCUT-FBP5500 60/40, as one writes it in PyTorch: what combolab's figures stand beside.

    torch_finetune.py SCUT-FBP5500_v2 WEIGHTS.safetensors [LOSS [EPOCHS [RATE [SEED]]]]     LOSS: mse, combo-released

The same settings in combolab:
    combolab train --preset paper --data SCUT-FBP5500_v2 --protocol 60-40 --backbone resnet18 --init WEIGHTS.safetensors \\
        --loss mse,combo-released --epochs EPOCHS --learning-rate RATE --schedule cosine
A line an epoch: MAE, RMSE, PC of the test images, seconds.
"""
import json
import math
import os
import struct
import sys
import time

import torch
import torch.nn.functional as F
import torchvision
from PIL import Image
from torchvision import transforms

LISTS = "train_test_files/split_of_60%training and 40%testing"
CLASS_WEIGHTS = torch.tensor([1.88, 1, 1.91, 99.38, 99.38])  # typed into the code published with the paper
VALUES = torch.arange(1.0, 6.0)
NORMALIZE = transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
BATCH = 64


def weights_of(path):
    """A reader of safetensors in six lines, as Debian has none."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = bytearray(file.read())
    kinds = {"F32": torch.float32, "F16": torch.float16, "I64": torch.int64}
    header.pop("__metadata__", None)
    return {name: torch.frombuffer(data, dtype=kinds[t["dtype"]], offset=t["data_offsets"][0],
                                   count=math.prod(t["shape"])).reshape(t["shape"]).float()
            for name, t in header.items()}


class Faces(torch.utils.data.Dataset):
    def __init__(self, folder, which, prepare):
        with open(os.path.join(folder, LISTS, which + ".txt")) as lines:
            pairs = [line.split() for line in lines if line.strip()]
        self.images = [Image.open(os.path.join(folder, "Images", name)).convert("RGB") for name, _ in pairs]
        self.scores = [float(score) for _, score in pairs]
        self.prepare = prepare

    def __len__(self):
        return len(self.scores)

    def __getitem__(self, i):
        return self.prepare(self.images[i]), self.scores[i]


class Net(torch.nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.body = torchvision.models.resnet18()
        self.body.load_state_dict(weights, strict=False)
        self.body.fc = torch.nn.Identity()
        self.score = torch.nn.Linear(512, 1)
        self.classes = torch.nn.Linear(512, 5)

    def forward(self, x):
        pooled = self.body(x)
        return self.score(pooled)[:, 0], self.classes(pooled)


def loss_of(name, score, logits, truth):
    if name == "mse":
        return F.mse_loss(score, truth)
    classes = truth.round().long() - 1  # half to even
    shares = F.softmax(logits, 1)
    entropy = F.cross_entropy(shares, classes, weight=CLASS_WEIGHTS)
    return 2 * F.l1_loss(score, truth) + F.l1_loss((shares * VALUES).sum(1), truth) + entropy


def test(net, images):
    net.eval()
    with torch.inference_mode():
        pairs = [(net(x)[0].double(), t.double()) for x, t in images]
    score, truth = (torch.cat(list(part)) for part in zip(*pairs))
    e = score - truth
    return e.abs().mean(), (e * e).mean().sqrt(), torch.corrcoef(torch.stack((score, truth)))[0, 1]


def main():
    folder, weights, *more = sys.argv[1:]
    loss, epochs, rate, seed = (more + ["mse", "2", "0.005", "1"][len(more):])[:4]
    torch.manual_seed(int(seed))
    square = [transforms.Resize(224), transforms.CenterCrop(224)]
    tensor = [transforms.ToTensor(), NORMALIZE]
    sets = (Faces(folder, "train", transforms.Compose(square + [transforms.RandomRotation(30)] + tensor)),
            Faces(folder, "test", transforms.Compose(square + tensor)))
    train_images, test_images = (torch.utils.data.DataLoader(s, BATCH, shuffle=s is sets[0]) for s in sets)
    net = Net(weights_of(weights))
    steps = torch.optim.SGD(net.parameters(), float(rate), momentum=0.9, weight_decay=0.001)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(steps, int(epochs))
    for epoch in range(int(epochs)):
        start = time.time()
        net.train()
        for x, truth in train_images:
            steps.zero_grad()
            loss_of(loss, *net(x), truth.float()).backward()
            steps.step()
        trained = time.time() - start
        schedule.step()
        print(f"torch {torch.__version__} {loss} rate {rate} seed {seed} epoch {epoch + 1}/{epochs}:"
              " MAE %.4f RMSE %.4f PC %.4f" % test(net, test_images), f"{trained:.0f} s of training", flush=True)


main()
