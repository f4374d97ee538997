"""Owns the clips of an installation: a folder with one file for each. The built-in ones are ``library``'s."""

import re
from pathlib import Path

from hold_audio import clip_file
from hold_audio.clip import COMFORT, MUSIC, Clip
from hold_audio.clip_file import SUFFIX, BrokenClip
from hold_audio.strategy import OFFER, PLACE, WAIT

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
"""What a clip may be called: good as a file name everywhere and easy to say."""
RINGBACK_PREFIX = "ringback-"


class BadName(Exception):
    """The name cannot be given to a clip; the message says why."""


def checked_name(name: str) -> str:
    """The name, if an installation's clip may have it. Raises BadName."""
    if not NAME.fullmatch(name):
        raise BadName("a name has small letters, digits and hyphens, and at most 63 of them")
    if name in (MUSIC, COMFORT) or name.startswith(RINGBACK_PREFIX):
        raise BadName("this name belongs to a built-in sound")
    if name in (PLACE, WAIT, OFFER):
        raise BadName("in an announcement this name is said in words of its own")
    return name


class Shelf:
    """The folder's clips by name. A folder that does not exist is an empty shelf."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        """Of all clips that are there, broken ones included, in order."""
        return sorted(path.stem for path in self._folder.glob(f"*{SUFFIX}") if NAME.fullmatch(path.stem))

    def take(self, name: str) -> Clip:
        """One clip. Raises BadName, and BrokenClip when it is missing or damaged."""
        return clip_file.load(self._folder / (checked_name(name) + SUFFIX))

    def put(self, clip: Clip) -> Path:
        """Keep a clip, in place of a former one of its name. Raises BadName and OSError."""
        checked_name(clip.name)
        self._folder.mkdir(parents=True, exist_ok=True)
        return clip_file.save(clip, self._folder)

    def clips(self) -> tuple[dict[str, Clip], dict[str, str]]:
        """Every sound clip by name, and of every broken one what is wrong with it."""
        whole: dict[str, Clip] = {}
        broken: dict[str, str] = {}
        for name in self.names():
            try:
                whole[name] = self.take(name)
            except (BrokenClip, BadName) as error:
                broken[name] = str(error)
        return whole, broken
