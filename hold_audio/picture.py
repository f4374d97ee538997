"""Owns the picture of a rehearsal: the decoded sound as a waveform, each clip in its colour, with its name and time."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from hold_audio.clip import SAMPLE_RATE, Samples
from hold_audio.encode import decode
from hold_audio.rehearsal import Rehearsal, Stretch

WIDTH = 1600
ROW_S = 60.0
"""One minute a row; a row for each minute."""

_LEFT, _RIGHT = 56, 24
_LABELS = 40
"""Pixels above a row, for the names of its clips in two lines."""
_HALF = 56
"""Pixels from the middle of a row to full scale."""
_TIMES = 26
_ROW = _LABELS + 2 * _HALF + _TIMES
_TITLE = 44
_PAPER, _INK, _FAINT = (255, 255, 255), (40, 44, 52), (222, 226, 232)
_COLOURS = ((31, 119, 180), (214, 96, 40), (44, 140, 70), (148, 82, 178), (196, 48, 72), (0, 140, 150), (140, 110, 20))
"""Each clip keeps one of them; words of one sentence share theirs."""


def draw(rehearsal: Rehearsal, title: str, path: Path) -> None:
    """Write the picture as PNG. Raises OSError."""
    samples = decode(rehearsal.frames)
    seconds = len(samples) / SAMPLE_RATE
    rows = int(np.ceil(seconds / ROW_S))
    image = Image.new("RGB", (WIDTH, _TITLE + rows * _ROW + 8), _PAPER)
    pen = ImageDraw.Draw(image)
    pen.text((_LEFT, 12), title, _INK, ImageFont.load_default(20))
    colours = _palette(rehearsal.stretches)
    for row in range(rows):
        _draw_row(pen, row, samples, rehearsal.stretches, colours)
    image.save(path, "PNG")


def _palette(stretches: tuple[Stretch, ...]) -> dict[str, tuple[int, int, int]]:
    groups = dict.fromkeys(_group(stretch) for stretch in stretches)
    return {group: _COLOURS[number % len(_COLOURS)] for number, group in enumerate(groups)}


def _group(stretch: Stretch) -> str:
    """Words of one language belong together."""
    locale, slash, _ = stretch.clip_name.partition("/")
    return locale + slash


def _draw_row(
    pen: ImageDraw.ImageDraw,
    row: int,
    samples: Samples,
    stretches: tuple[Stretch, ...],
    colours: dict[str, tuple[int, int, int]],
) -> None:
    top = _TITLE + row * _ROW
    middle = top + _LABELS + _HALF
    begin, end = row * ROW_S, (row + 1) * ROW_S
    _draw_scale(pen, begin, middle)
    written_until = [0.0, 0.0]
    for stretch in stretches:
        start_s, end_s = max(stretch.start_s, begin), min(stretch.end_s, end)
        if end_s <= start_s:
            continue
        colour = colours[_group(stretch)]
        _draw_wave(pen, samples, (_x(start_s - begin), _x(end_s - begin)), begin, middle, colour)
        pen.line([(_x(start_s - begin), middle - _HALF - 2), (_x(start_s - begin), middle + _HALF)], colour)
        name = stretch.clip_name.rpartition("/")[2]
        # A name that has no room beside its neighbour goes one line up, and is left out if that is taken too.
        for line in (0, 1):
            if _x(start_s - begin) >= written_until[line]:
                at = (_x(start_s - begin) + 2, middle - _HALF - 17 - 15 * line)
                pen.text(at, name, colour, ImageFont.load_default(12))
                written_until[line] = pen.textbbox(at, name, ImageFont.load_default(12))[2] + 6
                break


def _draw_scale(pen: ImageDraw.ImageDraw, begin: float, middle: int) -> None:
    small = ImageFont.load_default(12)
    for second in range(0, round(ROW_S) + 1, 5):
        x = _x(second)
        pen.line([(x, middle - _HALF), (x, middle + _HALF)], _FAINT)
        minutes, rest = divmod(round(begin) + second, 60)
        pen.text((x, middle + _HALF + 4), f"{minutes}:{rest:02}", _INK, small, anchor="ma")
    pen.line([(_LEFT, middle), (WIDTH - _RIGHT, middle)], _FAINT)
    pen.text((_LEFT - 6, middle - _HALF), "0 dB", _INK, small, anchor="rm")


def _draw_wave(
    pen: ImageDraw.ImageDraw,
    samples: Samples,
    columns: tuple[int, int],
    begin: float,
    middle: int,
    colour: tuple[int, int, int],
) -> None:
    """One line a column, from the lowest to the highest sample in it."""
    for x in range(*columns):
        here = samples[_sample(x, begin) : _sample(x + 1, begin)]
        if len(here):
            pen.line([(x, middle - float(here.max()) * _HALF), (x, middle - float(here.min()) * _HALF)], colour)


def _x(seconds: float) -> int:
    return round(_LEFT + seconds / ROW_S * (WIDTH - _LEFT - _RIGHT))


def _sample(x: int, begin: float) -> int:
    return round((begin + (x - _LEFT) * ROW_S / (WIDTH - _LEFT - _RIGHT)) * SAMPLE_RATE)
