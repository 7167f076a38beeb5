#!/usr/bin/env python3
"""Makes a file of torch.save, as a training script does with its checkpoint, of a safetensors file; needs no PyTorch.

    torch_file.py FROM.safetensors TO.pth [bgr255]

With bgr255 the first convolution becomes one for BGR images of 0 to 255 less their mean.
"""
import array, collections, io, json, pickle, struct, sys, types, zipfile

DEVIATION = 0.229, 0.224, 0.225


def module(name):
    sys.modules[name] = types.ModuleType(name)
    return sys.modules[name]


def _rebuild_tensor_v2():
    pass


torch, utils = module("torch"), module("torch._utils")
torch._utils, utils._rebuild_tensor_v2 = utils, _rebuild_tensor_v2
torch.FloatStorage = type("FloatStorage", (), {"__module__": "torch"})
_rebuild_tensor_v2.__module__ = "torch._utils"


class Storage:
    def __init__(self, key, count):
        self.key, self.count = key, count


class Tensor:
    def __init__(self, key, shape, count):
        strides, step = [], 1
        for size in reversed(shape):
            strides.insert(0, step)
            step *= size
        self.args = Storage(key, count), 0, tuple(shape), tuple(strides), False, collections.OrderedDict()

    def __reduce__(self):
        return _rebuild_tensor_v2, self.args


class Pickler(pickle.Pickler):
    def persistent_id(self, x):
        return ("storage", torch.FloatStorage, x.key, "cuda:0", x.count) if isinstance(x, Storage) else None


def turned(data, shape):
    """Weight [o, c, y, x] goes to channel 2 - c; a channel's deviation is RGB's."""
    values, out = array.array("f", data), array.array("f", data)
    plane = shape[2] * shape[3]
    for o in range(shape[0]):
        for c in range(3):
            for i in range(plane):
                out[(o * 3 + 2 - c) * plane + i] = values[(o * 3 + c) * plane + i] / (255 * DEVIATION[c])
    return out.tobytes()


source, target = sys.argv[1:3]
raw = open(source, "rb").read()
begin = 8 + struct.unpack("<Q", raw[:8])[0]
header = json.loads(raw[8:begin])
header.pop("__metadata__", None)
state = collections.OrderedDict()
with zipfile.ZipFile(target, "w") as archive:
    for n, (name, t) in enumerate(header.items()):
        data = raw[begin + t["data_offsets"][0]:begin + t["data_offsets"][1]]
        if name == "conv1.weight" and "bgr255" in sys.argv:
            data = turned(data, t["shape"])
        archive.writestr(f"archive/data/{n}", data)
        state["module." + name] = Tensor(str(n), t["shape"], len(data) // 4)
    text = io.BytesIO()
    Pickler(text, 2).dump({"epoch": 7, "state_dict": state, "optimizer": {"state": {}, "param_groups": [{"lr": 0.1}]}})
    archive.writestr("archive/data.pkl", text.getvalue())
