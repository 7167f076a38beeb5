#!/usr/bin/env python3
"""What commands take on a large database: bench/commands.py FILE [PROGRAM]; bench/make_runs_db makes a FILE.

Each is run eleven times. FIGURE lines have the median of the time on the clock; after it stands the least processor time,
which is what is left to compare on a machine that is busy. For the last one all runs are put into one experiment, in
a copy of FILE.
"""
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

TIMES = 11


def measure(name, target, *command):
    clock, processor = [], []
    for _ in range(TIMES):
        begun = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        clock.append(1e3 * (time.perf_counter() - begun))
        processor.append(1e3 * (used.ru_utime + used.ru_stime))
        if status:
            sys.exit(f"commands.py: {' '.join(command)} failed")
    print(f"FIGURE {name} {statistics.median(clock):.1f} ms {target}\n"
          f"# {min(processor):.1f} ms of processor time", flush=True)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__.split("\n", 1)[0])
    file, program = (sys.argv[1:] + ["./combolab"])[:2]
    program = os.path.abspath(program)
    on = ("-D", file)
    measure("command_version", "-", program, "--version")
    measure("command_runs", "50", program, "runs", "-n", "50", *on)
    measure("command_ablation", "50", program, "ablation", "experiment 002", *on)
    measure("command_compare", "50", program, "compare", *map(str, range(1, 9)), *on)
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "one.db")
        shutil.copy(file, copy)
        with sqlite3.connect(copy) as db:
            db.execute("UPDATE run SET experiment = (SELECT id FROM experiment WHERE name = 'experiment 001')")
        db.close()
        measure("command_ablation_of_10000", "50", program, "ablation", "experiment 001", "-D", copy)


main()
