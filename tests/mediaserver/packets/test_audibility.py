"""A leg that sends but cannot be heard is told of (#39), whoever encodes; whatever a person would hear is audible."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from mediaserver.packets.types import LegEvent, LegEventKind
from tests.support.conference import Conference
from tests.support.engine_room import EngineRoom
from tests.support.opus_senders import RATE, SECONDS, SENDERS, Samples, at_level, music, noise, sine, speech

INAUDIBLE_MS = 1500
PATIENCE = 1500
"""Ticks for what takes 200: a slow machine is no fault."""
TELLING = {LegEventKind.LEG_INAUDIBLE, LegEventKind.LEG_AUDIBLE}


def _nothing() -> dict[str, Samples]:
    return {
        "digital silence": np.zeros(SECONDS * RATE),
        "hiss at -75 dBFS": at_level(noise(), -75),
        "voice at -85 dBFS": at_level(speech(), -85),
    }


def _something() -> dict[str, Samples]:
    return {
        "room at -60 dBFS": at_level(noise(), -60),
        "soft voice": at_level(speech(), -48),
        "voice": at_level(speech(), -26),
        "soft tone": at_level(sine(), -50),
        "tone": at_level(sine(), -20),
        "music": at_level(music(), -25),
    }


@dataclass
class Told:
    """What was told of each leg, by its sender and sound: in the beginning, and after the inaudible ones spoke up."""

    first: dict[tuple[str, str], list[LegEventKind]] = field(default_factory=dict)
    later: dict[tuple[str, str], list[LegEventKind]] = field(default_factory=dict)


def _told(room: EngineRoom, leg: int) -> list[LegEventKind]:
    return [
        event.kind
        for event in room.events
        if isinstance(event, LegEvent) and event.leg == leg and event.kind in TELLING
    ]


def _run_until_told(room: EngineRoom, conference: Conference, legs: list[int]) -> None:
    """Let all speak until something is told of each of the legs, or patience ends."""
    for _ in range(PATIENCE // 10):
        conference.run(10)
        room.events += room.engine.events()
        if all(_told(room, leg) for leg in legs):
            return


@pytest.fixture(scope="module")
def told() -> Told:
    """All senders with all sounds at once, so that real time passes once."""
    sounds = _nothing() | _something()
    cases = [(sender, sound) for sender in SENDERS for sound in sounds]
    voices = [SENDERS[sender].encode(sounds[sound]) for sender, sound in cases]
    told = Told()
    with EngineRoom(inaudible_ms=INAUDIBLE_MS) as room:
        conference = Conference(room, voices)
        speakers = dict(zip(cases, conference.speakers, strict=True))
        quiet = [speaker.leg for (_, sound), speaker in speakers.items() if sound in _nothing()]
        _run_until_told(room, conference, quiet)
        told.first = {case: _told(room, speaker.leg) for case, speaker in speakers.items()}
        room.events.clear()
        for (sender, _), speaker in speakers.items():
            speaker.voice = voices[cases.index((sender, "soft voice"))]
        _run_until_told(room, conference, quiet)
        told.later = {case: _told(room, speaker.leg) for case, speaker in speakers.items()}
    return told


@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize("sound", _nothing())
def test_39_what_nobody_hears_is_told_once(told: Told, sender: str, sound: str) -> None:
    assert told.first[sender, sound] == [LegEventKind.LEG_INAUDIBLE]


@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize("sound", _something())
def test_39_what_can_be_heard_is_no_alarm(told: Told, sender: str, sound: str) -> None:
    assert told.first[sender, sound] == [], "somebody is talking, and the agent is told that he is not"


@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize("sound", _nothing())
def test_a_soft_voice_ends_it(told: Told, sender: str, sound: str) -> None:
    assert told.later[sender, sound] == [LegEventKind.LEG_AUDIBLE]


def test_63_a_leg_that_sends_nothing_is_silent_and_not_inaudible() -> None:
    with EngineRoom(stall_ms=100, lost_ms=200, inaudible_ms=300) as room:
        conference = Conference(room, [SENDERS["whatsapp"].encode(at_level(sine(), -20))])
        speaker = conference.speakers[0]
        room.engine.comfort(speaker.leg)
        conference.run(10)
        conference.run(40, mute=[speaker])
        room.await_event(LegEventKind.LEG_SILENT, speaker.leg)
        assert _told(room, speaker.leg) == []


def test_the_time_must_be_positive() -> None:
    with pytest.raises(ValueError, match="inaudible_ms"):
        EngineRoom(inaudible_ms=0)
