"""What a mix makes of a source whose packets come late, in bursts, not at all, or by another clock."""

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.simulator.opus import Pcm, decode, encode
from tests.support.conference import ATTEMPTS, HOLD_UP_S, RATE, TONES, Conference, Speaker, share, tone, tones
from tests.support.engine_room import EngineRoom
from tests.support.opus_senders import SENDERS

FRAME = 960
OTHER_HZ = TONES[3]
"""What the source says next, so that it can be told how late it is heard."""


class Mixed:
    """A listener who hears one source and a leg that never sends, in a mix."""

    def __init__(self, room: EngineRoom) -> None:
        self.conference = Conference(room, tones(3))
        self.listener, self.source, self.nobody = self.conference.speakers
        self._voices = [self.source.voice, encode(tone(OTHER_HZ))]
        self._hertz = [TONES[1], OTHER_HZ]
        room.engine.mix(self.listener.leg, [self.source.leg, self.nobody.leg])
        self.run(25)

    def run(self, ticks: int) -> None:
        """So many frames of the source."""
        self.conference.run(ticks, mute=[self.nobody])

    def undisturbed(self, act: Callable[[], None]) -> Pcm:
        """What the listener hears meanwhile, once without a hold-up of the machine if that can be had."""
        for _ in range(ATTEMPTS):
            start, self.conference.slowest = len(self.listener.heard), 0.0
            act()
            if self.conference.slowest < HOLD_UP_S:
                break
        return frames_of(self.listener, start)

    def hold_up(self, ticks: int) -> None:
        """The way holds the source's packets back, and lets them all through at once."""
        held = []
        for _ in range(ticks):
            self.conference.run(1, mute=[self.nobody, self.source])
            held.append(self.source.packet())
        for packet in held:
            self.source.party.peer.send_raw(packet)

    def delay(self) -> int:
        """Frames from the moment at which the source says something else to the one at which it is heard."""
        self._voices.reverse()
        self._hertz.reverse()
        self.source.voice = self._voices[0]
        heard = len(self.listener.heard)
        self.run(20)
        pcm = frames_of(self.listener, heard)
        return next(at for at, frame in enumerate(pcm) if share(frame, self._hertz[0]) > 0.5)


def frames_of(listener: Speaker, first: int) -> Pcm:
    """What the listener hears from this packet on, one row a frame, from a decoder that has heard what came before."""
    return decode(packet.payload for packet in listener.heard)[first:]


def hardness(frames: Pcm) -> float:
    """The share of energy above 2.5 kHz in the worst tenth of a second.

    The tones have none, and a crack has it everywhere: 17 samples cut out of the tone make it 0.001.
    """
    stretches = frames[: len(frames) // 5 * 5].reshape(-1, 5 * FRAME)
    spectra = np.abs(np.fft.rfft(stretches * np.hanning(5 * FRAME))) ** 2
    high = np.fft.rfftfreq(5 * FRAME, 1 / RATE) > 2500
    return float(np.max(spectra[:, high].sum(axis=1) / spectra.sum(axis=1)))


def test_66_sound_is_late_by_the_buffer_and_no_more(room: EngineRoom) -> None:
    mixed = Mixed(room)
    assert 2 <= mixed.delay() <= 6, "40 to 60 ms, and a frame each for the two ends' pace"


def test_67_a_burst_leaves_no_delay(room: EngineRoom) -> None:
    """Half a second held up on the way, twice: within two seconds sound is as fresh as before."""
    mixed = Mixed(room)
    for _ in range(2):
        mixed.hold_up(25)
        mixed.run(25)
        assert mixed.delay() <= 7, "delay stays behind"


@pytest.mark.parametrize("fast", [True, False], ids=["fast", "slow"])
def test_69_another_clock_neither_cracks_nor_adds_delay(room: EngineRoom, *, fast: bool) -> None:
    """Two hundred times the 200 ppm that clocks differ by: 4 %, a frame too many or few twice a second."""
    mixed = Mixed(room)

    def drift() -> None:
        for _ in range(4):
            mixed.run(24)
            if fast:
                mixed.source.speak()
            mixed.conference.run(1, mute=[mixed.nobody] if fast else [mixed.nobody, mixed.source])

    assert hardness(mixed.undisturbed(drift)) < 0.0005, "it cracks"
    assert mixed.delay() <= 8, "delay grows"


def test_loss_is_concealed(room: EngineRoom) -> None:
    """Every tenth packet is lost; the tone goes on without a hole."""
    mixed = Mixed(room)

    def lose() -> None:
        for _ in range(5):
            mixed.run(9)
            mixed.conference.run(1, mute=[mixed.nobody, mixed.source])
            mixed.source.said += 1

    levels = np.sqrt(np.mean(mixed.undisturbed(lose).astype(float) ** 2, axis=1))
    assert levels.min() > 0.15 * np.median(levels), "a lost packet is a hole"


def test_what_overtakes_is_put_in_order(room: EngineRoom) -> None:
    mixed = Mixed(room)

    def overtake() -> None:
        for _ in range(12):
            mixed.conference.run(1, mute=[mixed.nobody, mixed.source])
            first, second = mixed.source.packet(), mixed.source.packet()
            mixed.conference.run(1, mute=[mixed.nobody, mixed.source])
            for packet in (second, first, first):
                mixed.source.party.peer.send_raw(packet)

    assert hardness(mixed.undisturbed(overtake)) < 0.0005, "disorder of 20 ms is heard"


def test_a_source_that_begins_anew_is_followed(room: EngineRoom) -> None:
    """A browser that was reloaded sends with another SSRC and other numbers."""
    mixed = Mixed(room)
    for number in range(15):
        mixed.conference.run(1, mute=[mixed.nobody, mixed.source])
        payload = mixed.source.voice[number]
        mixed.source.party.peer.speak(payload, sequence=40_000 + number, timestamp=number * FRAME, ssrc=0xBEEF)
    assert mixed.listener.hears() == {TONES[1]}


def test_packets_of_60_ms_are_mixed(room: EngineRoom) -> None:
    """Three frames in one packet (code 3 of RFC 6716 3.2.5), as senders on bad networks do."""
    mixed = Mixed(room)
    voice = SENDERS["whatsapp"].encode(tone(TONES[1]) / 32_768)
    for number in range(10):
        mixed.conference.run(3, mute=[mixed.nobody, mixed.source])
        three = [voice[(3 * number + at) % len(voice)] for at in range(3)]
        lengths = b"".join(_length(len(frame) - 1) for frame in three[:-1])
        payload = bytes([three[0][0] | 3, 0x83]) + lengths + b"".join(frame[1:] for frame in three)
        mixed.source.party.peer.speak(payload, sequence=mixed.source.said + 1, timestamp=(1000 + number * 3) * FRAME)
        mixed.source.said += 1
    assert mixed.listener.hears() == {TONES[1]}


def _length(size: int) -> bytes:
    """RFC 6716 3.2.1."""
    return bytes([size]) if size < 252 else bytes([252 + (size & 3), (size - 252 - (size & 3)) // 4])
