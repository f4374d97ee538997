"""Owns what the queues of a configuration sound like: their strategies, and the clips these are made of.

Whatever is broken or missing is replaced by a built-in sound and told (lesson #19); it never stops the server.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import NamedTuple

from hold_audio.clip import Clip
from hold_audio.library import Library
from hold_audio.occasions import BUILT_IN, Choice, Occasion
from hold_audio.prompts.recordings import prompts
from hold_audio.ringback import DEFAULT_ZONE, ZONES, ringback_for
from hold_audio.shelf import Shelf
from hold_audio.strategy import Announcement, WaitStrategy, clip_names, playable, programme, sentences
from mediaserver.wait_config import AudioSection
from mediaserver.waiting_config import QueueSection
from signaling.calls.call import Policies
from signaling.calls.events import Overflow


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
    problems = [f"the clip {name} {reason}" for name, reason in broken.items()]
    wanted = {queue.name: strategy_of(queue, own) for queue in queues}
    spoken: dict[str, Clip] = {}
    for locale in sorted({strategy.locale for strategy in wanted.values()}):
        recorded, unspoken = prompts(locale)
        spoken |= recorded
        problems += [f"the prompt {name} {reason}" for name, reason in unspoken.items()]
    clips = {**own, **library, **spoken}
    strategies: dict[str, WaitStrategy] = {}
    for name, strategy in wanted.items():
        strategies[name], missing = playable(strategy, clips)
        problems += [f"queue {name}: there is no sound clip {clip}; a built-in sound or none" for clip in missing]
    problems += _too_long(strategies, clips)
    heard = {name: clips[name] for strategy in strategies.values() for name in clip_names(strategy)}
    # Agents who dial hear how it rings with their customers, wherever these are.
    heard |= {zone.clip_name: library[zone.clip_name] for zone in ZONES if zone.clip_name in library}
    talkative = {strategy.locale for strategy in strategies.values() if strategy.announcements}
    heard |= {name: clip for name, clip in spoken.items() if name.partition("/")[0] in talkative}
    fallback = library[ringback_for(DEFAULT_ZONE).clip_name]
    return Sounds(strategies, heard, fallback, tuple(problems))


def strategy_of(queue: QueueSection, own: Container[str] = ()) -> WaitStrategy:
    """What a queue's configuration asks for, in an installation that has these clips of its ``own``."""
    wait, offer = queue.wait, queue.wait.call_back
    spoken = [(each.say, each.every_s, each.first_s) for each in (*wait.announcements, *([offer] if offer else ()))]
    return WaitStrategy(
        background=programme(
            queue.country, ringback_cycles=queue.ringback_cycles, music=wait.music if queue.music else None
        ),
        hold=programme(queue.country, ringback_cycles=0, music=wait.hold),
        greeting=sentences(wait.language, wait.greeting, own),
        announcements=tuple(
            Announcement(sentences(wait.language, say, own), every_s, first_s) for say, every_s, first_s in spoken
        ),
        spacing_s=wait.spacing_s,
        locale=wait.language,
        said={occasion: sentences(wait.language, names, own) for occasion, names in _said(queue)},
        keys={offer.key: _CHOICES[offer.then]} if offer is not None else {},
    )


_CHOICES = {"leave": Choice.CALL_BACK_AND_LEAVE, "stay": Choice.CALL_BACK_AND_STAY}
_CONFIRMED = {"leave": Occasion.ASKED_TO_LEAVE, "stay": Occasion.ASKED_TO_STAY}


def _said(queue: QueueSection) -> Iterator[tuple[Occasion, tuple[str, ...]]]:
    """What is said once, on those occasions that this queue can come to."""
    if queue.hours is not None:
        # A call may also overflow into this queue: it was answered, so it is not sent away without a word.
        yield Occasion.CLOSED, queue.farewell.closed or BUILT_IN[Occasion.CLOSED]
    if queue.overflow is Overflow.HANG_UP:
        yield Occasion.OVERFLOW, queue.farewell.overflow
    if queue.overflow is Overflow.CALL_BACK:
        yield Occasion.CALL_BACK, queue.farewell.call_back
    if (offer := queue.wait.call_back) is not None:
        occasion = _CONFIRMED[offer.then]
        yield occasion, offer.noted or BUILT_IN[occasion]


def _too_long(strategies: Mapping[str, WaitStrategy], clips: Mapping[str, Clip]) -> Iterator[str]:
    most_s = Policies().farewell_s
    for queue, strategy in strategies.items():
        for occasion, names in strategy.said.items():
            lasts_s = sum(clips[name].duration_s for name in names)
            if lasts_s > most_s:
                what = f"the words of {occasion.value} last {lasts_s:g} s"
                yield f"queue {queue}: {what}; callers hear the first {most_s:g}"
