"""Owns the configuration of what callers hear: an installation's sounds, and each queue's wait strategy."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from hold_audio.clip import MUSIC
from hold_audio.strategy import MOST_GREETING_CLIPS, MOST_SAID
from mediaserver.section import Section


class AudioSection(Section):
    """An installation's own sounds."""

    folder: Path = Field(default=Path("audio"), description="Folder of the clips that `ringbridge audio add` makes.")


class AnnouncementSection(Section):
    """Something said to waiting callers now and then."""

    say: tuple[str, ...] = Field(
        min_length=1, max_length=MOST_SAID, description="Clips, `place` and `wait`, one after another; at most three."
    )
    every_s: float = Field(default=60.0, ge=10, description="From one time to the next, in seconds.")
    first_s: float = Field(default=30.0, ge=0, description="From the beginning of the wait, in seconds.")


class WaitSection(Section):
    """What the callers of a queue hear while they wait, and while they are on hold."""

    greeting: tuple[str, ...] = Field(
        default=(), max_length=MOST_GREETING_CLIPS, description="Clips played once, before anything else."
    )
    music: str = Field(default=MUSIC, description="Clip that follows the ringback; music is the built-in one.")
    hold: str = Field(default=MUSIC, description="Clip that a caller on hold hears.")
    announcements: tuple[AnnouncementSection, ...] = ()
    spacing_s: float = Field(default=20.0, ge=0, description="Least music between two announcements, in seconds.")
    language: Literal["en", "ja"] = Field(default="en", description="In which place and wait are said: en or ja.")
