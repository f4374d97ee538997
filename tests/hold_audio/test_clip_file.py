"""The file of a clip: what went in comes out, and no damage goes unseen."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hold_audio import clip_file
from hold_audio.clip import Clip
from hold_audio.clip_file import BrokenClip, pack, unpack

FRAMES = st.lists(st.binary(min_size=1, max_size=1275), min_size=1, max_size=40).map(tuple)
FEW = (b"\x01\x02", b"\x03", b"\x04\x05\x06")


@given(FRAMES)
def test_frames_come_back_as_they_were(frames: tuple[bytes, ...]) -> None:
    assert unpack(pack(frames)) == frames


@given(FRAMES, st.data())
def test_no_damage_goes_unseen(frames: tuple[bytes, ...], data: st.DataObject) -> None:
    """Lesson #19: a damaged file must be refused before anybody hears it."""
    content = bytearray(pack(frames))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BrokenClip):
        unpack(bytes(content))


@given(FRAMES, st.data())
def test_a_file_that_breaks_off_is_refused(frames: tuple[bytes, ...], data: st.DataObject) -> None:
    content = pack(frames)
    with pytest.raises(BrokenClip):
        unpack(content[: data.draw(st.integers(0, len(content) - 1))])


def test_another_version_is_named(tmp_path: Path) -> None:
    content = bytearray(pack(FEW))
    content[6] = 9
    with pytest.raises(BrokenClip, match="version 9, not 1"):
        unpack(bytes(content))


def test_a_clip_is_saved_under_its_name_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = clip_file.save(Clip("greeting", FEW), tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["greeting.clip"]
    assert clip_file.load(path) == Clip("greeting", FEW)


def test_a_failed_save_keeps_the_former_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = clip_file.save(Clip("greeting", FEW), tmp_path)

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        clip_file.save(Clip("greeting", FEW * 2), tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["greeting.clip"], "half a file is left"
    assert clip_file.load(path).frames == FEW


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BrokenClip, match="No such file"):
        clip_file.load(tmp_path / "missing.clip")
