#!/usr/bin/env python3
"""Makes the files of torch.save that tests/weights/test_torch.c reads, good ones with what torch.load gives, and bad ones.

    python3 tests/golden/make_pth_golden.py >tests/golden/pth_torch.txt     (with PyTorch 1.13)
    python3 tests/golden/make_pth_golden.py new >tests/golden/pth_new.txt   (with a newer one: what only that writes)

A line "file NAME PART BASE64" begins a good file (PART is - for all of it), "tensor KEY DTYPE DIMS... = VALUES..." follow;
"bad NAME BASE64" is a file that must be refused, with the words that test_torch.c has for it.
"""
import argparse, base64, collections, io, pathlib, pickle, struct, sys, types, warnings, zipfile

import torch

warnings.simplefilter("ignore")
OUT = sys.stdout
NAMES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float64: "F64", torch.int64: "I64",
         torch.int32: "I32", torch.uint8: "U8", torch.bool: "BOOL", torch.complex64: "C64"}
REAL = (torch.float32, torch.float16, torch.bfloat16, torch.float64)


def saved(what, **how):
    to = io.BytesIO()
    torch.save(what, to, **how)
    return to.getvalue()


def legacy(what, protocol=2):
    return saved(what, _use_new_zipfile_serialization=False, pickle_protocol=protocol)


def flat(what, prefix=""):
    if torch.is_tensor(what):
        yield prefix or "tensor", what
    elif isinstance(what, torch.nn.Module):
        yield from flat(dict(what.state_dict()), prefix)
    elif isinstance(what, (dict, list, tuple)):
        for key, value in what.items() if isinstance(what, dict) else enumerate(what):
            yield from flat(value, f"{prefix}.{key}" if prefix else str(key))


def good(name, data, what, part="-"):
    print("file", name, part, base64.b64encode(data).decode())
    for key, t in flat(what):
        t = t.detach()
        values = [f"{v:.9g}" for v in t.float().flatten().tolist()] if t.dtype in REAL else []
        dtype = NAMES.get(t.dtype) or {"uint16": "U16", "float8_e4m3fn": "F8_E4M3"}[str(t.dtype).split(".")[1]]
        print("tensor", key, dtype, *t.shape, "=", *values)


def bad(name, data):
    print("bad", name, base64.b64encode(data).decode())


class Call:
    """What is pickled as a call."""

    def __init__(self, made_by, *args):
        self.call = made_by, args

    def __reduce__(self):
        return self.call


def tensor(base, first, size, stride):
    return Call(torch._utils._rebuild_tensor_v2, base.storage(), first, size, stride, False, collections.OrderedDict())


# --- archives, packed again ---
def members(data):
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        return [(i.filename, z.read(i)) for i in z.infolist()]


class Stream(io.RawIOBase):
    """One that cannot go back: sizes come behind the data."""

    def __init__(self):
        self.bytes = bytearray()

    def writable(self):
        return True

    def write(self, b):
        self.bytes += b
        return len(b)


def packed(files, method=zipfile.ZIP_STORED, stream=False, zip64=False):
    to = Stream() if stream else io.BytesIO()
    with zipfile.ZipFile(to, "w", method) as z:
        for name, data in files:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            with z.open(info, "w", force_zip64=zip64) as f:
                f.write(data)
    return bytes(to.bytes) if stream else to.getvalue()


def with_pickle(files, data):
    return [(n, data if n.endswith("data.pkl") else b) for n, b in files]


def encrypted(data):
    data = bytearray(data)
    data[6] |= 1
    at = data.find(b"PK\1\2")
    data[at + 8] |= 1
    return bytes(data)


def renamed(data):
    """The first member's own name differs from that in the list."""
    at = data.find(b"data.pkl")
    return data[:at] + b"DATA.pkl" + data[at + 8:]


def a():
    return torch.arange(6, dtype=torch.float32).reshape(2, 3) / 4 - 0.5


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(1, 2, 2)
        self.bn = torch.nn.BatchNorm2d(2)
        with torch.no_grad():
            self.conv.weight.copy_(torch.arange(8.).reshape(2, 1, 2, 2))
            self.conv.bias.zero_()


Net.__module__ = "nets"
sys.modules["nets"] = types.ModuleType("nets")
sys.modules["nets"].Net = Net


def all_good():
    base = torch.arange(24, dtype=torch.float32)
    plain = {"a": a(), "one": torch.tensor(2.5), "n": torch.tensor(7)}
    data = saved(plain)
    files = members(data)
    good("zip", data, plain)
    for protocol in 1, 3, 4, 5:
        good(f"zip-protocol-{protocol}", saved({"a": a()}, pickle_protocol=protocol), {"a": a()})
    for protocol in 1, 2, 3, 4, 5:
        good(f"legacy-protocol-{protocol}", legacy(plain, protocol), plain)
    kinds = {str(t).split(".")[1]: torch.tensor([0, 1, 3]).to(t) for t in NAMES}
    kinds["float16"] = torch.tensor([0.1, -65504, 6e-8]).half()
    kinds["bfloat16"] = torch.tensor([0.1, -3e38, 1e-40]).bfloat16()
    kinds["float64"] = torch.tensor([0.1, 1e-300, -7], dtype=torch.float64)
    good("types", saved(kinds), kinds)
    good("types-legacy", legacy(kinds), kinds)
    views = {"turned": base.reshape(4, 6).t(), "stepped": base[1::5], "part": base[8:12], "same": base,
             "last": base.reshape(1, 2, 3, 4).to(memory_format=torch.channels_last), "expanded": base[3:4].expand(2, 3),
             "none": base[:0].reshape(0, 5), "ends": base.reshape(2, 3, 2, 2).permute(3, 0, 2, 1)}
    good("views", saved(views), views)
    good("views-legacy", legacy(views), views)
    net = Net()
    good("state-dict", saved(net.state_dict()), dict(net.state_dict()))
    good("module", saved(net), net)
    named = torch.nn.Parameter(a())
    named.mark = "mine"
    good("parameters", saved({"p": torch.nn.Parameter(a()), "q": named}), {"p": a(), "q": a()})
    first = Call(torch._utils._rebuild_tensor, a().storage(), 1, torch.Size([2, 2]), (3, 1))
    good("version-1", legacy({"v": first, "pairs": Call(collections.OrderedDict, [["w", a()]])}),
         {"v": a()[:, 1:], "pairs": {"w": a()}})
    sgd = torch.optim.SGD(net.parameters(), 0.1, momentum=0.9)
    net.conv.weight.grad = torch.ones_like(net.conv.weight)
    sgd.step()
    inner = {"model." + k: v for k, v in net.state_dict().items()}
    lightning = {"epoch": 3, "global_step": 20, "pytorch-lightning_version": "1.9", "state_dict": collections.OrderedDict(inner),
                 "optimizer_states": [sgd.state_dict()], "lr_schedulers": [], "hparams_name": "hparams", "best": float("inf"),
                 "hyper_parameters": argparse.Namespace(lr=0.1, folder=pathlib.PurePosixPath("/data"), big=2 ** 70, less=-2 ** 40)}
    good("lightning", saved(lightning), inner, "state_dict")
    good("ema", saved({"epoch": 1, "ema": {"a": -a()}, "model": {"state_dict": {"a": a()}}}), {"a": a()}, "model.state_dict")
    good("list", saved([a(), {"b": (a(), None)}]), [a(), {"b": (a(),)}])
    good("deflated", packed(files, zipfile.ZIP_DEFLATED), plain)
    good("descriptors", packed(files, stream=True), plain)
    good("descriptors-deflated", packed(files, zipfile.ZIP_DEFLATED, stream=True), plain)
    good("zip64", packed(files, zip64=True), plain)
    good("zip64-descriptors", packed(files, stream=True, zip64=True), plain)
    good("no-folder", packed([(n.split("/", 1)[1], b) for n, b in files]), plain)
    good("backwards", packed(files[::-1], zipfile.ZIP_DEFLATED), plain)
    views_deflated = {"turned": base.reshape(4, 6).t(), "part": base[8:12], "same": base}
    good("views-deflated", packed(members(saved(views_deflated)), zipfile.ZIP_DEFLATED), views_deflated)
    width = {"0": 4, "1": 4, "2": 8}
    turned = []
    for n, b in files:
        w = width.get(n.split("/")[-1]) if "/data/" in n else None
        turned.append((n, b"".join(b[i:i + w][::-1] for i in range(0, len(b), w)) if w else b))
    turned = [(n, b) for n, b in turned if not n.endswith("byteorder")] + [("archive/byteorder", b"big")]
    good("big-endian", packed(turned), plain)


def all_bad():
    base = a()
    data = saved({"a": a()})
    old = legacy({"a": a()})
    files = members(data)
    body = dict(files)["archive/data.pkl"]
    bad("zip-cut", data[:-30])
    bad("zip-cut-early", data[:200])
    bad("pickle-cut", packed(with_pickle(files, body[:-20])))
    bad("storage-cut", packed([(n, b[:8] if n.endswith("/0") else b) for n, b in files]))
    bad("storage-missing", packed([f for f in files if not f[0].endswith("data/0")]))
    bad("legacy-cut", old[:-4])
    bad("legacy-cut-early", old[:150])
    class Code:
        def __reduce__(self):
            import os
            return os.system, ("echo run >&2",)
    bad("system", saved({"a": a(), "x": Code()}))
    bad("system-legacy", legacy({"a": a(), "x": Code()}))
    bad("system-pickle", pickle.dumps(Code()))
    bad("eval", packed(with_pickle(files, b"\x80\x02c__builtin__\neval\n(X\x01\x00\x00\x001tR.")))
    bad("dumped", pickle.dumps({"a": a()}, protocol=2))
    bad("objects", packed(with_pickle(files, b"\x80\x02" + b"]0" * 1500000 + b"."), zipfile.ZIP_DEFLATED))
    bad("remembered", packed(with_pickle(files, b"\x80\x02]r\xff\xff\xff\x7f.")))
    bad("forgotten", packed(with_pickle(files, b"\x80\x02h\x05.")))
    bad("itself", packed(with_pickle(files, b"\x80\x02]q\x00(h\x00h\x00e.")))
    bad("underflow", packed(with_pickle(files, b"\x80\x02R.")))
    bad("long-text", packed(with_pickle(files, b"\x80\x02X\xff\xff\xff\xff.")))
    bad("protocol-9", packed(with_pickle(files, b"\x80\x09N.")))
    bad("extension", packed(with_pickle(files, b"\x80\x02\x82\x01.")))
    bad("half-pair", packed(with_pickle(files, b"\x80\x02}(K\x01u.")))
    bad("nothing", packed(with_pickle(files, b"\x80\x02}X\x05\x00\x00\x00epochK\x01s.")))
    bad("encrypted", encrypted(packed(files[:1])))
    bad("other-name", renamed(packed(files)))
    bad("member-twice", packed(files + files[-1:]))
    bad("two-pickles", packed(files + [("b/data.pkl", body)]))
    bad("bzip2", packed(files, zipfile.ZIP_BZIP2))
    bad("no-torch", packed([("readme.txt", b"hello")]))
    bad("arrays", packed([("a.npy", b"\x93NUMPY")]))
    bad("order", packed(files + [("archive/byteorder", b"middle")]))
    bad("script", packed(files + [("archive/code/__torch__.py", b"pass"), ("archive/constants.pkl", b")")]))
    two = members(saved({"a": a(), "b": a()}))
    bad("key-twice", packed(with_pickle(two, dict(two)["archive/data.pkl"].replace(b"X\x01\x00\x00\x00b", b"X\x01\x00\x00\x00a"))))
    bad("named-twice", saved({"m.w": a(), "m": {"w": a()}}))
    bad("quantised", saved({"q": torch.quantize_per_tensor(a(), 0.1, 0, torch.qint8)}))
    bad("sparse", saved({"s": torch.eye(2).to_sparse()}))
    bad("array", saved({"m": {"n": Call(getattr(__import__("numpy").core.multiarray, "_reconstruct"), list, (0,), b"b")}}))
    bad("rank-5", saved({"r": torch.zeros(1, 1, 1, 1, 1)}))
    bad("beyond", saved({"b": tensor(base, 0, (2, 3), (4, 1))}))
    bad("behind", saved({"b": tensor(base, 7, (1,), (1,))}))
    bad("negative", saved({"b": tensor(base, 0, (2,), (-1,))}))
    bad("overflow", saved({"b": tensor(base, 0, (2 ** 30, 2 ** 30), (2 ** 40, 2 ** 40))}))
    bad("expanded", saved({"b": tensor(base, 0, (2 ** 30, 2), (0, 0))}))
    bad("many", saved({"b": tensor(base, 0, (2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1), (0, 0, 0))}))
    bad("shapeless", saved({"b": tensor(base, 0, (2, 3), (3,))}))
    bad("long-name", saved({"n" * 200: a()}))
    bad("device", packed(with_pickle(files, body.replace(b"FloatStorage", b"OtherStorage"))))
    bad("tar", bytes(257) + b"ustar" + bytes(250))
    good("not-finite", saved({"nan": torch.tensor([1, float("nan")]), "inf": torch.tensor([float("inf")])}), {})


def all_new():
    plain = {"a": a(), "n": torch.tensor(7)}
    good("new-zip", saved(plain), plain)
    good("new-legacy", legacy(plain), plain)
    good("new-types", saved({"u": torch.tensor([1, 2], dtype=torch.uint16), "f": torch.ones(2).to(torch.float8_e4m3fn)}),
         {"u": torch.tensor([1, 2], dtype=torch.uint16), "f": torch.ones(2).to(torch.float8_e4m3fn)})
    torch.serialization.set_crc32_options(False)
    good("new-no-sums", saved(plain), plain)
    good("new-module", saved(Net()), Net())
    bad("new-meta", saved({"m": torch.empty(2, device="meta")}))


print(f"# tests/golden/make_pth_golden.py with PyTorch {torch.__version__.split('a')[0].split('+')[0]}")
if sys.argv[1:] == ["new"]:
    all_new()
else:
    all_good()
    all_bad()
