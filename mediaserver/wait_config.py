"""Owns the configuration of what callers hear: an installation's sounds, and each queue's wait strategy."""

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from hold_audio.clip import MUSIC
from hold_audio.occasions import BUILT_IN, Occasion
from hold_audio.strategy import MOST_GREETING_CLIPS, MOST_SAID, MOST_SAID_ONCE, OFFER
from mediaserver.section import Section


class AudioSection(Section):
    """An installation's own sounds."""

    folder: Path = Field(default=Path("audio"), description="Folder of the clips that `ringbridge audio add` makes.")


class AnnouncementSection(Section):
    """Something said to waiting callers now and then."""

    say: tuple[str, ...] = Field(
        min_length=1, max_length=MOST_SAID, description="Clips, `place`, `wait` and `press-key`; at most three."
    )
    every_s: float = Field(default=60.0, ge=10, description="From one time to the next, in seconds.")
    first_s: float = Field(default=30.0, ge=0, description="From the beginning of the wait, in seconds.")


class CallBackSection(Section):
    """The offer to be called back, made to waiting callers now and then. Without this table it is not made."""

    key: str = Field(default="1", pattern=r"^[0-9*#]$", description="The key that a waiting caller presses for it.")
    say: tuple[str, ...] = Field(
        default=(OFFER,),
        min_length=1,
        max_length=MOST_SAID,
        description="Like that of an announcement; `press-key` says which.",
    )
    first_s: float = Field(default=60.0, ge=0, description="From the beginning of the wait, in seconds.")
    every_s: float = Field(default=120.0, ge=10, description="From one time to the next, in seconds.")
    then: Literal["leave", "stay"] = Field(
        default="leave", description="The call ends once the request is noted (leave), or the caller waits on (stay)."
    )
    noted: tuple[str, ...] = Field(
        default=(), max_length=MOST_SAID_ONCE, description="Clips that confirm it; without any, built-in words do."
    )


class FarewellSection(Section):
    """What is said to callers whom no agent will serve: clips, or `closed`, `busy`, `try-later`, `call-back`."""

    closed: tuple[str, ...] = Field(
        default=(),
        max_length=MOST_SAID_ONCE,
        description="Outside business hours the call is answered, hears this and ends; empty rejects it instead.",
    )
    overflow: tuple[str, ...] = Field(
        default=BUILT_IN[Occasion.OVERFLOW],
        max_length=MOST_SAID_ONCE,
        description="Said before a limit of the queue ends a call.",
    )
    call_back: tuple[str, ...] = Field(
        default=BUILT_IN[Occasion.CALL_BACK],
        max_length=MOST_SAID_ONCE,
        description="The same if the caller is going to be called back.",
    )


class WaitSection(Section):
    """What the callers of a queue hear while they wait, and while they are on hold."""

    greeting: tuple[str, ...] = Field(
        default=(), max_length=MOST_GREETING_CLIPS, description="Clips played once, before anything else."
    )
    music: str = Field(default=MUSIC, description="Clip that follows the ringback; music is the built-in one.")
    hold: str = Field(default=MUSIC, description="Clip that a caller on hold hears.")
    call_back: CallBackSection | None = None
    announcements: tuple[AnnouncementSection, ...] = ()
    spacing_s: float = Field(default=20.0, ge=0, description="Least music between two announcements, in seconds.")
    language: Literal["en", "ja"] = Field(default="en", description="Language of all built-in words: en or ja.")

    @field_validator("announcements")
    @classmethod
    def _offer_what_there_is(
        cls, value: tuple[AnnouncementSection, ...], info: ValidationInfo
    ) -> tuple[AnnouncementSection, ...]:
        if info.data.get("call_back") is None and any(OFFER in each.say for each in value):
            raise ValueError(f"{OFFER} offers to call back; say in the table wait.call_back how")
        return value
