"""What is said once to a caller, and what his keys mean: the end of it is told, and nothing else is."""

from hold_audio.occasions import Choice, Occasion
from mediaserver.media_port import Media
from mediaserver.packets.types import LegEvent, LegEventKind
from signaling.calls.events import DigitPressed, FarewellEnded
from tests.mediaserver.conftest import MakePeer
from tests.mediaserver.media_calls import CALLER_HZ, COMFORT_HZ, HOLD_HZ, MUSIC_HZ, Calls, connect, hears
from tests.support.peers import MetaPeer, Peer


async def test_the_end_of_a_farewell_is_told_and_no_other_end(media: Media, calls: Calls, peer: MakePeer[Peer]) -> None:
    caller = peer(MetaPeer, CALLER_HZ)
    await connect(media, calls, "caller", caller)
    media.play("c", "caller", "vip", Occasion.WAIT)
    await hears(caller, MUSIC_HZ)

    media.play("c", "caller", "vip", Occasion.CLOSED)

    await hears(caller, HOLD_HZ)
    assert await calls.told() == ("c", FarewellEnded(leg="caller")), "the call would wait until its deadline"
    await hears(caller, COMFORT_HZ)
    assert calls.seen.count(("c", "caller", LegEventKind.PLAYLIST_ENDED)) == 1


async def test_a_farewell_without_words_is_over_at_once(media: Media, calls: Calls, peer: MakePeer[Peer]) -> None:
    await connect(media, calls, "caller", peer(MetaPeer, CALLER_HZ))
    media.play("c", "caller", "vip", Occasion.OVERFLOW)
    assert await calls.told() == ("c", FarewellEnded(leg="caller"))


async def test_a_key_says_what_the_present_queue_makes_of_it(media: Media, calls: Calls, peer: MakePeer[Peer]) -> None:
    """#23: confirmed, and back to the music of the same wait."""
    caller = peer(MetaPeer, CALLER_HZ)
    await connect(media, calls, "caller", caller)
    media.play("c", "caller", "vip", Occasion.WAIT)
    (leg,) = media._by_leg
    pressed = LegEvent(LegEventKind.DIGIT, leg, 0.0, "1", 120)
    media._noticed(pressed)
    asked = DigitPressed(leg="caller", digit="1", duration_ms=120, choice=Choice.CALL_BACK_AND_STAY)
    assert await calls.told() == ("c", asked)

    media.play("c", "caller", "vip", Occasion.ASKED_TO_STAY)
    await hears(caller, HOLD_HZ)
    await hears(caller, MUSIC_HZ)
    media.play("c", "caller", "main", Occasion.HOLD)
    media._noticed(pressed)
    assert await calls.told() == ("c", DigitPressed(leg="caller", digit="1", duration_ms=120)), "not a word of choices"
