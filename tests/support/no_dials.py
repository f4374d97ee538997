"""Owns the place of calls that agents place, for tests in which nobody dials."""

from signaling.agents.desk import DiallingTab
from signaling.agents.dialling_messages import Dial


class NoDials:
    """A ``signaling.agents.desk.Dials`` that is never asked."""

    def dial(self, tab: DiallingTab, wish: Dial) -> None:
        """Nobody dials here."""
        raise AssertionError("nobody dials in this test")
