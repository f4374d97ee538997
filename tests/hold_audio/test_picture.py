"""The picture of a wait shows where sound is, and says what it is."""

from pathlib import Path

import numpy as np
from PIL import Image

from hold_audio.clip import MUSIC
from hold_audio.library import Library
from hold_audio.picture import WIDTH, draw
from hold_audio.rehearsal import rehearse
from hold_audio.strategy import WaitStrategy, programme
from hold_audio.timeline import Outlook


def picture(library: Library, path: Path, seconds: float) -> np.ndarray:
    sounds = programme("eu", ringback_cycles=2, music=MUSIC)
    strategy = WaitStrategy(sounds, sounds)
    draw(rehearse(strategy, library, seconds, lambda _: Outlook()), "A wait", path)
    with Image.open(path) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))


def test_each_minute_has_its_row(library: Library, tmp_path: Path) -> None:
    one, three = (picture(library, tmp_path / "p.png", seconds) for seconds in (60, 130))
    assert one.shape[1] == three.shape[1] == WIDTH
    assert three.shape[0] - one.shape[0] == 2 * (one.shape[0] - 52)


def test_sound_is_drawn_where_it_is(library: Library, tmp_path: Path) -> None:
    """Five seconds of ringing: one of tone, then silence; music fills its part of the row."""
    pixels = picture(library, tmp_path / "p.png", 60)
    coloured = (np.ptp(pixels.astype(int), axis=2) > 60).sum(axis=0)
    second = (WIDTH - 80) / 60

    def filled(start_s: float, end_s: float) -> float:
        return float(coloured[round(56 + start_s * second) : round(56 + end_s * second)].mean())

    assert filled(0.1, 0.9) > 10, "the ringing tone is not shown"
    assert filled(3.0, 4.8) < 3, "a pause of the ringing is shown as sound"
    assert filled(11, 59) > 15, "the music is not shown"
