"""Owns a media end whose packets the engine moves: DTLS is the simulator's, everything behind it is native."""

from collections.abc import Callable, Sequence

from benchmarks.crowd.line import Line
from benchmarks.simulator.secure_end import SecureEnd
from benchmarks.simulator.udp import Address


class NativeMedia(SecureEnd):
    """One end of a call. Its ear stays empty: ``line`` counts what it hears, and nobody listens."""

    def __init__(self, line: Line, send: Callable[[bytes], None], remote: Callable[[], Address | None]) -> None:
        super().__init__(send)
        self.ssrc = line.ssrc
        self._line = line
        self._remote = remote
        self._frames: Sequence[bytes] = ()
        self._is_muted = True
        self._is_hushed = False
        self._carried = False

    @property
    def rtcp_received(self) -> int:
        """Authentic RTCP packets that came in."""
        return self._line.counters.rtcp_received

    @property
    def packets_sent(self) -> int:
        """RTP packets sent so far."""
        return self._line.counters.sent

    def say(self, frames: Sequence[bytes]) -> None:
        """Speak this loop of frames from the next frame on."""
        self._frames = frames
        self._speak()

    def unmute(self) -> None:
        """Begin to send RTP; ``say`` something before."""
        self._is_muted = False
        self._speak()

    def hush(self) -> None:
        """Send no RTP until ``go_on``, whatever is said meanwhile."""
        self._is_hushed = True
        self._line.mute()

    def go_on(self) -> None:
        """Send RTP again, if anything is to be said."""
        self._is_hushed = False
        self._speak()

    def _speak(self) -> None:
        if self._frames and not self._is_muted and not self._is_hushed:
            self._line.play(self._frames)

    def receive(self, datagram: bytes, at: float) -> None:
        """Take a DTLS datagram; the engine keeps all others."""
        self.receive_dtls(datagram)
        remote = self._remote()
        if not self._carried and remote is not None and self.srtp is not None:
            self._carried = True
            self._line.secure(remote, self.srtp)
