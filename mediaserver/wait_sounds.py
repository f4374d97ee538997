"""Owns what the queues of a configuration sound like: their strategies, and the clips these are made of.

Whatever is broken or missing is replaced by a built-in sound and told (lesson #19); it never stops the server.
"""

from collections.abc import Sequence
from typing import NamedTuple

from hold_audio.clip import Clip
from hold_audio.library import Library
from hold_audio.prompts.recordings import prompts
from hold_audio.ringback import DEFAULT_ZONE, ZONES, ringback_for
from hold_audio.shelf import Shelf
from hold_audio.strategy import Announcement, WaitStrategy, clip_names, playable, programme
from mediaserver.wait_config import AudioSection
from mediaserver.waiting_config import QueueSection


class Sounds(NamedTuple):
    """All that is to be heard."""

    strategies: dict[str, WaitStrategy]
    """By the name of the queue; every clip they name is there."""
    clips: dict[str, Clip]
    """Those that are heard somewhere."""
    fallback: Clip
    """What is heard when nothing else can be: the default ringing tone."""
    problems: tuple[str, ...]
    """What is not heard as it was configured, one sentence each."""


def load_sounds(queues: Sequence[QueueSection], audio: AudioSection, library: Library) -> Sounds:
    """Read the installation's clips and every prompt that is needed. Blocks for the time of reading some files."""
    own, broken = Shelf(audio.folder).clips()
    clips = {**own, **library}
    problems = [f"the clip {name} {reason}" for name, reason in broken.items()]
    strategies: dict[str, WaitStrategy] = {}
    for queue in queues:
        strategies[queue.name], missing = playable(strategy_of(queue), clips)
        problems += [f"queue {queue.name}: there is no sound clip {name}; a built-in sound or none" for name in missing]
    heard = {name: clips[name] for strategy in strategies.values() for name in clip_names(strategy)}
    # Agents who dial hear how it rings with their customers, wherever these are.
    heard |= {zone.clip_name: library[zone.clip_name] for zone in ZONES if zone.clip_name in library}
    for locale in sorted({strategy.locale for strategy in strategies.values() if strategy.announcements}):
        spoken, unspoken = prompts(locale)
        heard |= spoken
        problems += [f"the prompt {name} {reason}" for name, reason in unspoken.items()]
    fallback = library[ringback_for(DEFAULT_ZONE).clip_name]
    return Sounds(strategies, heard, fallback, tuple(problems))


def strategy_of(queue: QueueSection) -> WaitStrategy:
    """What a queue's configuration asks for."""
    wait = queue.wait
    return WaitStrategy(
        background=programme(
            queue.country, ringback_cycles=queue.ringback_cycles, music=wait.music if queue.music else None
        ),
        hold=programme(queue.country, ringback_cycles=0, music=wait.hold),
        greeting=wait.greeting,
        announcements=tuple(Announcement(each.say, each.every_s, each.first_s) for each in wait.announcements),
        spacing_s=wait.spacing_s,
        locale=wait.language,
    )
