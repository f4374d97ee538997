"""Owns what a scripted agent's tab is told of a colleague it consults, or who has consulted it."""

from benchmarks.simulator.moment import Moment
from signaling.agents import messages


class Consultation:
    """The latest consultation of one call, as a tab sees it. Milestones are moments on the monotonic clock."""

    def __init__(self) -> None:
        self.ringing = Moment()
        """The colleague's tabs ring."""
        self.talking = Moment()
        self.merged = Moment()
        """The customer hears both."""
        self.ended = Moment()
        """The colleague is out of the call."""
        self.handed_over = Moment()
        """The agent who asked has left the customer to this tab."""
        self.colleague: str | None = None
        self.reason: str | None = None
        """Why it ended."""

    def take(self, message: messages.Consulting | messages.ConsultEnded | messages.HandedOver) -> None:
        """The server says how it goes on."""
        match message:
            case messages.Consulting(stage=stage, colleague=colleague):
                self.colleague = colleague
                {"ringing": self.ringing, "talking": self.talking, "merged": self.merged}[stage].happen()
            case messages.ConsultEnded(reason=reason):
                self.reason = reason
                self.ended.happen()
            case messages.HandedOver():
                self.handed_over.happen()
