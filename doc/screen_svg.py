#!/usr/bin/env python3
"""screen_svg.py THEME: a screen as `tmux capture-pane -p -e` writes it, from standard input, as an
SVG on standard output. THEME is dark or light: the terminal's background and text.

Letters are text elements, stretched to their cells, so that any monospaced font will do. What has to
meet its neighbours (lines, bars, Braille, the half blocks that images are made of) is drawn.
"""
import re
import sys
from collections import defaultdict
from html import escape
from itertools import groupby

WIDE, HIGH, MARGIN = 8, 16, 12  # of a cell, in pixels; Braille dots lie 4 apart both ways
GROUNDS = {"dark": ("#15181e", "#d3d7de"), "light": ("#ffffff", "#24292f")}
BASIC = ["#000000", "#cd3131", "#0dbc79", "#e5e510", "#2472c8", "#bc3fbc", "#11a8cd", "#e5e5e5"]
PLAIN = {"fg": None, "bg": None, "bold": False, "under": False, "reverse": False}
FLAGS = {"1": ("bold", True), "4": ("under", True), "7": ("reverse", True), "22": ("bold", False),
         "24": ("under", False), "27": ("reverse", False), "39": ("fg", None), "49": ("bg", None)}
DOTS = [(2, 2), (2, 6), (2, 10), (6, 2), (6, 6), (6, 10), (2, 14), (6, 14)]  # of U+2800, by bit
LINES = {"─": "m0 8h8", "│": "m4 0v16", "┤": "m4 0v16m-4-8h4", "╭": "m4 16v-4q0-4 4-4",
         "╮": "m0 8q4 0 4 4v4", "╰": "m4 0v4q0 4 4 4", "╯": "m4 0v4q0 4-4 4",
         "━": "m0 7h8m0 1h-8m0 1h8", "╍": "m1 8h2.5m1.5 0h2.5", "┈": "m1 8h1m1.5 0h1m1.5 0h1"}
BARS = {chr(0x2588 + i): (0, 2, 8 - i, 12) for i in range(8)}  # x, y, width, height within the cell
BARS |= {chr(0x2580 + i): (0, 16 - 2 * i, 8, 2 * i) for i in range(1, 8)} | {"▀": (0, 0, 8, 8)}


def colour(n):
    """Of the 256 that terminals agree on; the first 16 are this picture's."""
    if n < 16:
        return BASIC[n % 8]
    if n > 231:
        return "#" + f"{8 + 10 * (n - 232):02x}" * 3
    levels = (0, 95, 135, 175, 215, 255)
    n -= 16
    return "#" + "".join(f"{levels[i]:02x}" for i in (n // 36, n // 6 % 6, n % 6))


def rgb(values):
    """Of all colours every fourth: no eye tells them apart, and what is drawn by colour gets shorter."""
    return "#" + "".join(f"{value & ~3:02x}" for value in values)


def obey(style, codes):
    """An escape sequence's codes, such as 1;38;5;74."""
    codes = codes.split(";")
    while codes:
        code = codes.pop(0)
        if code in ("", "0"):
            style.update(PLAIN)
        elif code in ("38", "48"):
            many = codes.pop(0) == "2"
            value = rgb(int(codes.pop(0)) for _ in "rgb") if many else colour(int(codes.pop(0)))
            style["fg" if code == "38" else "bg"] = value
        elif code in FLAGS:
            style.update([FLAGS[code]])
        elif 30 <= int(code) <= 47:
            style["fg" if int(code) < 40 else "bg"] = BASIC[int(code) % 10]


def cells(screen, ground, ink):
    """Rows of (character, colour, background, bold, underlined)."""
    style = dict(PLAIN)
    for line in screen.splitlines():
        row = []
        for codes, char in re.findall(r"\x1b\[([\d;]*)m|([^\x1b\x0e\x0f])", line):
            if not char:
                obey(style, codes)
                continue
            fg, bg = style["fg"] or ink, style["bg"] or ground
            if style["reverse"]:
                fg, bg = bg, fg
            row.append((char, fg, bg, style["bold"], style["under"]))
        yield row


class Picture:
    def __init__(self, ground):
        self.ground = ground
        self.dots, self.lines = defaultdict(str), defaultdict(str)  # paths, by colour
        self.under, self.over = defaultdict(str), defaultdict(str)  # boxes: backgrounds, and what stands on them
        self.texts = []

    @staticmethod
    def box(boxes, x, y, shape, fill, opacity=""):
        dx, dy, w, h = shape
        boxes[f'fill="{fill}"{opacity}'] += f"M{x + dx} {y + dy}h{w}v{h}h-{w}z"

    def cell(self, x, y, char, fg):
        """Draws a character that is no letter; False when it is one."""
        if 0x2800 <= ord(char) < 0x2900:
            at = [p for i, p in enumerate(DOTS) if ord(char) >> i & 1]
            self.dots[fg] += "".join(f"M{x + dx} {y + dy}h0" for dx, dy in at)
        elif char in LINES:
            self.lines[fg] += f"M{x} {y}" + LINES[char]
        elif char in BARS:
            self.box(self.over, x, y, BARS[char], fg)
        elif char == "░":
            self.box(self.over, x, y, (0, 2, WIDE, 12), fg, ' opacity=".3"')
        else:
            return False
        return True

    def word(self, x, y, text, fg, bold, under):
        style = (' font-weight="bold"' if bold else "") + (' text-decoration="underline"' if under else "")
        self.texts.append(f'<text x="{x}" y="{y + 12}" textLength="{len(text) * WIDE}" fill="{fg}"{style}>'
                          f"{escape(text)}</text>")

    def row(self, y, row):
        x = MARGIN
        for bg, run in groupby(row, key=lambda cell: cell[2]):
            wide = WIDE * len(list(run))
            if bg != self.ground:
                self.box(self.under, x, y, (0, 0, wide, HIGH), bg)
            x += wide
        word, style, start = "", None, 0
        for i, (char, *_) in enumerate(row + [(" ", None, None, None, None)]):
            x, fg = MARGIN + i * WIDE, row[i][1] if i < len(row) else None
            here = (fg, *row[i][3:]) if i < len(row) else None
            letter = char != " " and not self.cell(x, y, char, fg)
            if word and (not letter or here != style):
                self.word(start, y, word, *style)
                word = ""
            if letter:
                start = start if word else x
                style, word = here, word + char

    def write(self, columns, rows):
        width, height = columns * WIDE + 2 * MARGIN, rows * HIGH + 2 * MARGIN
        print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
              f'height="{height}" font-size="13" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'
              f'\'DejaVu Sans Mono\',\'Liberation Mono\',monospace">')
        print(f'<rect width="{width}" height="{height}" rx="8" fill="{self.ground}" stroke="#8884"/>')
        print('<g shape-rendering="crispEdges">')
        for fill, path in [*self.under.items(), *self.over.items()]:
            print(f'<path d="{path}" {fill}/>')
        print("</g>")
        for fg, path in self.lines.items():
            print(f'<path d="{path}" fill="none" stroke="{fg}"/>')
        for fg, path in self.dots.items():
            print(f'<path d="{path}" stroke="{fg}" stroke-width="2.8" stroke-linecap="round"/>')
        print(*self.texts, sep="\n")
        print("</svg>")


def main():
    ground, ink = GROUNDS[sys.argv[1]]
    rows = list(cells(sys.stdin.read(), ground, ink))
    picture = Picture(ground)
    for i, row in enumerate(rows):
        picture.row(MARGIN + i * HIGH, row)
    picture.write(max(map(len, rows)), len(rows))


main()
