#!/usr/bin/env python3
"""How long PyTorch takes for ResNet18 over a folder of JPEGs, as a user would write it: a DataLoader with two workers.

    torch_predict.py FOLDER      beside: time combolab predict --weights FILE -q FOLDER
"""
import glob
import sys
import time

import torch
import torchvision
from PIL import Image
from torchvision import transforms


class Pictures(torch.utils.data.Dataset):
    prepare = transforms.Compose([
        transforms.Resize(224),
        transforms.CenterCrop(224),
        transforms.ToTensor(),
        transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    ])

    def __init__(self, folder):
        self.files = sorted(glob.glob(folder + "/*.jpg"))

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        return self.prepare(Image.open(self.files[i]).convert("RGB"))


pictures = Pictures(sys.argv[1])
net = torchvision.models.resnet18().eval()
start = time.time()
with torch.inference_mode():
    for batch in torch.utils.data.DataLoader(pictures, batch_size=64, num_workers=2):
        net(batch)
print(f"torch {torch.__version__}: {len(pictures)} images in {time.time() - start:.1f} s")
