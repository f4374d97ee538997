"""Owns an office for tests of the desk: tabs that note what they are sent, calls and a waiting room that do nothing."""

from signaling.agents.desk import Desk, DiallingTab
from signaling.agents.dialling_messages import Dial
from signaling.agents.messages import (
    Customer,
    Ring,
    ServerMessage,
    Welcome,
)
from signaling.agents.tabs import Tab
from signaling.calls.effects import (
    RingAgent,
)
from signaling.calls.events import (
    Caller,
    Event,
)

JOINED_AT = 7.0
RING = RingAgent(
    agent="ann",
    caller=Caller(user_id="US.1", number="447700900123", name="Kim"),
    queue="main",
    waiting_since=5.0,
    phone_number_id="445566778899001",
    cta_payload="order-5521",
)
RUNG = Ring(
    call_id="c1",
    direction="inbound",
    channel="whatsapp",
    customer=Customer(name="Kim", number="+44 7700 900123", user_id="US.1"),
    queue="main",
    waiting_since=5.0,
    phone_number_id="445566778899001",
    cta_payload="order-5521",
)


class Office:
    """A desk whose calls and waiting room only note what they are told."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, Event]] = []
        self.reported: list[tuple[str, str]] = []
        self.wishes: list[tuple[DiallingTab, Dial]] = []
        self.desk = Desk(post=lambda *post: self.posted.append(post), room=self, dials=self, queues=["main", "support"])

    def dial(self, tab: DiallingTab, wish: Dial) -> None:
        self.wishes.append((tab, wish))

    def ready(self, agent: str) -> None:
        self.reported.append(("ready", agent))

    def away(self, agent: str, reason: str = "") -> None:
        self.reported.append((f"away {reason}".strip(), agent))

    def gone(self, agent: str) -> None:
        self.reported.append(("gone", agent))

    def open(self, agent: str = "ann") -> tuple[Tab, list[ServerMessage]]:
        """A tab and what it was sent after its welcome."""
        sent: list[ServerMessage] = []
        tab = self.desk.open(agent, sent.append)
        assert isinstance(sent.pop(0), Welcome)
        return tab, sent
