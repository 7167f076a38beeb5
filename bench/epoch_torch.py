#!/usr/bin/env python3
"""A whole first epoch of PyTorch and torchvision on the CPU: the peer of bench/epoch.sh.

    epoch_torch.py LIST NET SIZE BATCH THREADS

LIST is a CSV file image,score,split with paths relative to it. Two DataLoader workers decode,
resize, rotate, crop and mirror; every training image is trained on once, then the test images are
evaluated. Prints the seconds of it all, from after the imports.
"""
import csv
import pathlib
import sys
import time

import torch
from PIL import Image
from torch import nn
from torchvision import transforms

from step_torch import nets


class Images(torch.utils.data.Dataset):
    def __init__(self, path, split, transform):
        with open(path, newline="") as f:
            self.rows = [r for r in csv.DictReader(f) if r["split"] == split]
        self.folder = pathlib.Path(path).parent
        self.transform = transform

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        row = self.rows[i]
        image = Image.open(self.folder / row["image"]).convert("RGB")
        return self.transform(image), float(row["score"])


def loaders(path, size, batch):
    last = [
        transforms.ToTensor(),
        transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    ]
    resize = transforms.Resize(size * 8 // 7)
    bilinear = transforms.InterpolationMode.BILINEAR
    train = transforms.Compose(
        [
            resize,
            transforms.RandomRotation(30, bilinear),
            transforms.RandomCrop(size),
            transforms.RandomHorizontalFlip(),
            *last,
        ]
    )
    test = transforms.Compose([resize, transforms.CenterCrop(size), *last])
    return [
        torch.utils.data.DataLoader(
            Images(path, split, transform), batch, shuffle=split == "train", num_workers=2
        )
        for split, transform in (("train", train), ("test", test))
    ]


def main():
    path, name, size, batch, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    torch.manual_seed(0)
    start = time.monotonic()
    net = nets.build(name)
    optimiser = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9, weight_decay=1e-4)
    train, test = loaders(path, int(size), int(batch))
    net.train()
    for images, scores in train:
        optimiser.zero_grad(set_to_none=True)
        nn.functional.l1_loss(net(images).flatten(), scores.float()).backward()
        optimiser.step()
    net.eval()
    with torch.no_grad():
        for images, scores in test:
            nn.functional.l1_loss(net(images).flatten(), scores.float()).item()
    print(f"{time.monotonic() - start:.2f}")


if __name__ == "__main__":
    main()
