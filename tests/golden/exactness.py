"""The table exactness.txt beside the goldens: how near PyTorch's numbers a test asks ours to be.

Scripts that make goldens compute everything in float64, which is what ours are compared with, and once more in
float32: how far PyTorch itself is off. A tolerance is twice that, at least 1e-6; or less, where ours is
computed in double.
"""

FLOOR = 1e-6
HEAD = """\
# Written with the goldens, by their scripts: how far PyTorch's float32 is from its float64 (-: it computes this in
# double or in bytes only), and the tolerance of ours from that same float64: twice as much, at least 1e-6, or less.
# golden quantity                      float32    tolerance
"""


def most(values):
    """Of what differences there are; NaN stays."""
    values = [float(v) for v in values]
    return next((v for v in values if v != v), max(values))


def write(golden, distances, tolerances={}):
    """Puts the golden's lines in place of those it had: distances by quantity (None: there is none)."""
    try:
        with open("exactness.txt") as file:
            lines = [line for line in file if not line.startswith("#") and line.split()[0] != golden]
    except FileNotFoundError:
        lines = []
    for quantity, distance in distances.items():
        own = "-" if distance is None else f"{distance:.1e}"
        tolerance = tolerances.get(quantity)
        if tolerance is None:
            tolerance = max(FLOOR, 2 * float(own))
        lines.append(f"{golden:9} {quantity:28} {own:10} {tolerance:.2g}\n")
    with open("exactness.txt", "w") as file:
        file.writelines([HEAD] + sorted(lines, key=lambda line: line.split()[0]))
