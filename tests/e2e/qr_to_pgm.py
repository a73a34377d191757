"""A printed QR code on standard input, in half blocks, as a picture (PGM) on standard output."""
import re
import sys

BLOCKS = {"█": (255, 255), "▄": (0, 255), "▀": (255, 0), " ": (0, 0)}
SCALE = 4

rows = []
for line in sys.stdin.read().split("\n"):
    m = re.fullmatch("\033\\[38;5;231;48;5;16m([█▄▀ ]+)\033\\[0m", line)
    if m:
        for half in (0, 1):
            rows.append([BLOCKS[c][half] for c in m.group(1) for _ in range(SCALE)])
rows = [row for row in rows for _ in range(SCALE)]
sys.stdout.buffer.write(b"P5 %d %d 255\n" % (len(rows[0]), len(rows)) + b"".join(bytes(row) for row in rows))
