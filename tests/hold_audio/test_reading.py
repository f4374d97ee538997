"""Any sound file becomes the same samples, and what is no sound is refused in words."""

from pathlib import Path

import numpy as np
import pytest

from hold_audio.clip import SAMPLE_RATE, Samples
from hold_audio.reading import UnreadableSound, read
from tests.hold_audio.listening import dbfs, spectrum
from tests.hold_audio.sound_files import voice, write


def tone(hertz: float, seconds: float, rate: int, level: float = 0.25) -> Samples:
    return (level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000])
def test_any_sample_rate_keeps_pitch_length_and_level(tmp_path: Path, rate: int) -> None:
    heard = read(write(tmp_path / "a.wav", tone(1000, 1.5, rate), rate)).samples
    assert len(heard) == pytest.approx(1.5 * SAMPLE_RATE, abs=4), "the sound runs too fast or too slow"
    assert np.argmax(spectrum(heard[1000 : 1000 + SAMPLE_RATE])) == pytest.approx(1000, abs=1)
    assert dbfs(heard[2000:-2000]) == pytest.approx(-15.05, abs=0.1)


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.wav", "pcm_s16le"), ("a.wav", "pcm_f32le"), ("a.flac", "flac"), ("a.mp3", "libmp3lame"), ("a.ogg", "libopus")],
)
def test_any_format_is_read(tmp_path: Path, name: str, codec: str) -> None:
    sound = voice(2.0)
    heard = read(write(tmp_path / name, sound, codec=codec)).samples
    assert abs(len(heard) - len(sound)) < 0.1 * SAMPLE_RATE
    assert dbfs(heard) == pytest.approx(dbfs(sound), abs=0.5)


def test_both_channels_are_heard(tmp_path: Path) -> None:
    left, right = tone(400, 1.2, SAMPLE_RATE), tone(1500, 1.2, SAMPLE_RATE)
    share = spectrum(read(write(tmp_path / "a.wav", np.stack([left, right]))).samples[:SAMPLE_RATE])
    assert share[395:405].sum() == pytest.approx(0.5, abs=0.02)
    assert share[1495:1505].sum() == pytest.approx(0.5, abs=0.02)


def test_what_whatsapp_cannot_play_is_left_out(tmp_path: Path) -> None:
    """Otherwise it would count in the loudness without being heard."""
    assert dbfs(read(write(tmp_path / "a.wav", tone(11_000, 1.0, SAMPLE_RATE))).samples) < -60


def test_flat_peaks_are_seen_where_they_are(tmp_path: Path) -> None:
    sound = tone(300, 2.0, 44_100)
    sound[44_100:44_300] *= 8
    flat = read(write(tmp_path / "a.wav", sound, 44_100)).clipped_s
    assert flat[0] == pytest.approx(1.0, abs=0.002)
    assert flat[-1] < 1.006
    assert read(write(tmp_path / "b.wav", tone(300, 2.0, 44_100, level=0.99), 44_100)).clipped_s == ()


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "no sound|Invalid"), (b"no sound at all" * 50, "Invalid data"), (b"RIFF\x00\x00\x00\x00WAVE", "no sound")],
)
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(UnreadableSound, match=reason):
        read(path)


def test_a_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSound, match="No such file"):
        read(tmp_path / "missing.wav")


def test_an_empty_track_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", np.zeros(100, np.float32))
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(UnreadableSound, match="holds no sound"):
        read(path)


def test_an_endless_file_is_refused(tmp_path: Path) -> None:
    """It would fill the memory."""
    with pytest.raises(UnreadableSound, match="longer than 300 s"):
        read(write(tmp_path / "a.wav", np.zeros(8000 * 301, np.float32), 8000))
