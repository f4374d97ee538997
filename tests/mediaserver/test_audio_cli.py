"""The commands of an operator: from a sound file to a clip, a list, a WAV file, a verdict and a picture."""

import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from mediaserver.__main__ import main
from tests.hold_audio.sound_files import voice, write

CONFIG = """
[audio]
folder = "{folder}"
[[queues]]
name = "support"
[queues.wait]
greeting = ["welcome"]
announcements = [{{ say = ["place", "wait"], first_s = 10 }}]
"""

Run: TypeAlias = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    config = tmp_path / "ringbridge.toml"
    config.write_text(CONFIG.format(folder=tmp_path / "audio"))
    return lambda *words: CliRunner().invoke(main, ["audio", *map(str, words)], env={"RINGBRIDGE_CONFIG": str(config)})


@pytest.fixture
def greeting(tmp_path: Path) -> Path:
    return write(tmp_path / "hello.flac", voice(2.0), codec="flac")


def test_a_sound_is_added_listed_and_played(run: Run, greeting: Path, tmp_path: Path) -> None:
    added = run("add", greeting, "--as", "welcome")
    assert added.exit_code == 0, added.output
    assert "welcome: " in added.output
    listed = run("list").output
    assert listed.startswith("welcome")
    assert "music" in listed
    assert run("play", "welcome", "--wav", tmp_path / "heard.wav").exit_code == 0
    with wave.open(str(tmp_path / "heard.wav")) as file:
        assert (file.getframerate(), file.getnchannels()) == (48_000, 1)
        assert 1.5 < file.getnframes() / 48_000 < 2.5


@pytest.mark.parametrize("name", ["music", "ringback-eu", "en/next", "ja/minutes-5"])
def test_built_in_sounds_can_be_listened_to(run: Run, tmp_path: Path, name: str) -> None:
    assert run("play", name, "--wav", tmp_path / "heard.wav").exit_code == 0
    assert (tmp_path / "heard.wav").stat().st_size > 10_000


def test_flaws_are_told_when_a_sound_is_added(run: Run, tmp_path: Path) -> None:
    broken = np.concatenate([voice(1.0), np.zeros(100_000, np.float32), voice(1.0)])
    added = run("add", write(tmp_path / "a.wav", broken), "--as", "broken")
    assert added.exit_code == 0
    assert "silence at" in added.output


@pytest.mark.parametrize(
    ("name", "reason"), [("music", "built-in"), ("../evil", "small letters"), ("place", "words of its own")]
)
def test_a_bad_name_is_refused(run: Run, greeting: Path, name: str, reason: str) -> None:
    refused = run("add", greeting, "--as", name)
    assert refused.exit_code == 2
    assert reason in refused.output


def test_what_is_no_sound_is_refused_in_words(run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a sound")
    refused = run("add", tmp_path / "notes.txt", "--as", "notes")
    assert refused.exit_code == 2
    assert "notes.txt: is no sound" in refused.output


def test_a_check_fails_until_all_is_well(run: Run, greeting: Path, tmp_path: Path) -> None:
    """#19: an operator learns it before a caller does."""
    missing = run("check")
    assert missing.exit_code == 1
    assert "welcome" in missing.output
    run("add", greeting, "--as", "welcome")
    assert run("check").exit_code == 0
    clip = tmp_path / "audio" / "welcome.clip"
    clip.write_bytes(clip.read_bytes()[:-5])
    damaged = run("check")
    assert damaged.exit_code == 1
    assert "is damaged" in damaged.output


def test_a_wait_can_be_looked_at_and_listened_to(run: Run, greeting: Path, tmp_path: Path) -> None:
    run("add", greeting, "--as", "welcome")
    drawn = run("preview", "support", "--png", tmp_path / "p.png", "--seconds", "20", "--wav", tmp_path / "p.wav")
    assert drawn.exit_code == 0, drawn.output
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")
    with wave.open(str(tmp_path / "p.wav")) as file:
        assert file.getnframes() == 20 * 48_000


def test_an_unknown_queue_is_refused_with_those_that_are(run: Run, tmp_path: Path) -> None:
    refused = run("preview", "sales", "--png", tmp_path / "p.png")
    assert refused.exit_code == 2
    assert "the queues are support" in refused.output


def test_a_place_that_cannot_be_written_is_told(run: Run, tmp_path: Path) -> None:
    for words in (("play", "music", "--wav"), ("preview", "support", "--seconds", "1", "--png")):
        refused = run(*words, tmp_path / "no such folder" / "x")
        assert refused.exit_code == 2, refused.output
        assert "No such file" in refused.output


def test_a_server_does_not_load_what_only_these_commands_need() -> None:
    """66 MB and a second at each start (measured)."""
    heavy = "import mediaserver.__main__, sys; print([name for name in ('scipy', 'PIL') if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True).stdout
    assert shown == "[]\n"
