"""Owns an agent's browser of the crowd: the simulator's, without Python in its voice path."""

from benchmarks.crowd.line import Line, Lines
from benchmarks.crowd.media import NativeMedia
from benchmarks.simulator.browser import Browser
from benchmarks.simulator.full_ice import FullIce
from benchmarks.simulator.udp import Receive


class NativeBrowser(Browser[NativeMedia]):
    """The media of one ringing call of a scripted agent."""

    line: Line

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        super().__init__(self._open_line, self._make_media)

    def _open_line(self, receive: Receive) -> Line:
        self.line = self._lines.open(receive)
        return self.line

    def _make_media(self, ice: FullIce) -> NativeMedia:
        return NativeMedia(self.line, ice.send_now, lambda: ice.remote)
