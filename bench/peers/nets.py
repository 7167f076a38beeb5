"""The nets that combolab trains, in PyTorch, with the tensor names of torchvision and timm.

They are written out here because a GPU host has PyTorch, but often not torchvision or timm.
"""
import torch
from torch import nn


class Gate(nn.Module):
    """Squeeze and excitation as timm's SEModule: reduction 16, before the shortcut is added."""

    def __init__(self, channels):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels // 16, 1)
        self.fc2 = nn.Conv2d(channels // 16, channels, 1)

    def forward(self, x):
        s = x.mean((2, 3), keepdim=True)
        return x * torch.sigmoid(self.fc2(torch.relu(self.fc1(s))))


def conv(inputs, outputs, kernel, stride=1, groups=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, inputs, width, stride, downsample, groups=1, width_per_group=64, gated=False):
        super().__init__()
        self.conv1, self.bn1 = conv(inputs, width, 3, stride), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = conv(width, width, 3), nn.BatchNorm2d(width)
        self.downsample = downsample

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        y = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(y)) + shortcut)


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, inputs, width, stride, downsample, groups=1, width_per_group=64, gated=False):
        super().__init__()
        inner, outputs = width * width_per_group // 64 * groups, 4 * width
        self.conv1, self.bn1 = conv(inputs, inner, 1), nn.BatchNorm2d(inner)
        self.conv2, self.bn2 = conv(inner, inner, 3, stride, groups), nn.BatchNorm2d(inner)
        self.conv3, self.bn3 = conv(inner, outputs, 1), nn.BatchNorm2d(outputs)
        self.se = Gate(outputs) if gated else nn.Identity()
        self.downsample = downsample

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        y = torch.relu(self.bn1(self.conv1(x)))
        y = torch.relu(self.bn2(self.conv2(y)))
        return torch.relu(self.se(self.bn3(self.conv3(y))) + shortcut)


class ResNet(nn.Module):
    def __init__(self, block, depths, outputs=1, **kind):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        inputs = 64
        for i, depth in enumerate(depths):
            blocks = []
            for k in range(depth):
                width, stride = 64 << i, 2 if i and not k else 1
                down = None
                if stride != 1 or inputs != width * block.expansion:
                    down = nn.Sequential(
                        conv(inputs, width * block.expansion, 1, stride), nn.BatchNorm2d(width * block.expansion)
                    )
                blocks.append(block(inputs, width, stride, down, **kind))
                inputs = width * block.expansion
            setattr(self, f"layer{i + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(inputs, outputs)
        self.draw()

    def draw(self):
        for module in self.modules():
            if isinstance(module, nn.Conv2d) and module.bias is None:
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        x = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


RESNEXT = {"groups": 32, "width_per_group": 4}
KINDS = {
    "resnet18": (BasicBlock, [2, 2, 2, 2], {}),
    "resnet50": (Bottleneck, [3, 4, 6, 3], {}),
    "resnext50": (Bottleneck, [3, 4, 6, 3], RESNEXT),
    "se-resnet50": (Bottleneck, [3, 4, 6, 3], {"gated": True}),
    "se-resnext50": (Bottleneck, [3, 4, 6, 3], {"gated": True, **RESNEXT}),
}


def build(name, outputs=1):
    block, depths, kind = KINDS[name]
    return ResNet(block, depths, outputs, **kind)
