"""The folder of an installation's clips: names are safe, and one bad file spoils no other."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hold_audio.clip import Clip
from hold_audio.shelf import NAME, BadName, Shelf, checked_name

FRAMES = (b"\x01\x02", b"\x03")


@given(st.text(max_size=70))
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    try:
        assert checked_name(name) == name
    except BadName:
        return
    assert NAME.fullmatch(name)
    assert Path(name).name == name


@pytest.mark.parametrize("name", ["music", "comfort", "ringback-eu"])
def test_built_in_names_are_kept(tmp_path: Path, name: str) -> None:
    """Lesson #19: the built-in sounds are what everything falls back to."""
    with pytest.raises(BadName, match="built-in"):
        Shelf(tmp_path).put(Clip(name, FRAMES))


def test_a_missing_folder_is_an_empty_shelf_and_is_made_when_needed(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "audio" / "clips")
    assert shelf.names() == []
    shelf.put(Clip("greeting", FRAMES))
    assert shelf.take("greeting") == Clip("greeting", FRAMES)


def test_one_bad_file_spoils_no_other(tmp_path: Path) -> None:
    """Lesson #19."""
    shelf = Shelf(tmp_path)
    shelf.put(Clip("jazz", FRAMES))
    shelf.put(Clip("greeting", FRAMES))
    (tmp_path / "greeting.clip").write_bytes(b"RBCLIP and then rubbish")
    (tmp_path / "Notes.txt").write_text("not a clip")
    whole, broken = shelf.clips()
    assert whole == {"jazz": Clip("jazz", FRAMES)}
    assert broken.keys() == {"greeting"}
    assert shelf.names() == ["greeting", "jazz"]
