#!/usr/bin/env python3
"""Seeds for the fuzzers of weights and pickles: the files of a golden list, and the pickles in its archives.

    pth_seeds.py tests/golden/pth_torch.txt FOLDER-OF-FILES FOLDER-OF-PICKLES
"""
import base64, io, pathlib, sys, zipfile

golden, files, pickles = sys.argv[1:]
for line in open(golden):
    words = line.split()
    if words[0] not in ("file", "bad"):
        continue
    data = base64.b64decode(words[-1])
    pathlib.Path(files, words[1]).write_bytes(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inner = [archive.read(n) for n in archive.namelist() if n.endswith("data.pkl")]
    except Exception:  # the bad ones
        continue
    for i, pickle in enumerate(inner):
        pathlib.Path(pickles, f"{words[1]}-{i}").write_bytes(pickle)
