"""Owns the recorded prompts: one clip file for each, and a manifest that ties each to its words."""

import hashlib
from pathlib import Path

import msgspec

from hold_audio import clip_file
from hold_audio.clip import Clip
from hold_audio.clip_file import SUFFIX, BrokenClip
from hold_audio.prompts.texts import LOCALES, Locale, Spoken

FOLDER = Path(__file__).parent
MANIFEST = FOLDER / "manifest.json"


class Recorded(msgspec.Struct, frozen=True):
    """What one recording was made from, and what was made."""

    said: str
    """The words that were given to the voice."""
    sha256: str
    """Of the clip's file."""
    frames: int


def path_of(locale: str, recording: str) -> Path:
    """Where the clip of a recording is."""
    return FOLDER / locale / (recording + SUFFIX)


def words_of(spoken: Spoken) -> str:
    """What the voice is given."""
    return spoken.reading or spoken.text


def recorded(locale: Locale, recording: str, frames: int) -> Recorded:
    """The manifest's line for a recording whose file is there."""
    digest = hashlib.sha256(path_of(locale.name, recording).read_bytes()).hexdigest()
    return Recorded(words_of(locale.spoken[recording]), digest, frames)


def prompts(locale: str) -> tuple[dict[str, Clip], dict[str, str]]:
    """Every sound prompt of a locale by the name that ``phrases`` gives it, and what is wrong with the others."""
    sound: dict[str, Clip] = {}
    broken: dict[str, str] = {}
    for recording in LOCALES[locale].spoken:
        name = f"{locale}/{recording}"
        try:
            sound[name] = Clip(name, clip_file.load(path_of(locale, recording)).frames)
        except BrokenClip as error:
            broken[name] = str(error)
    return sound, broken
