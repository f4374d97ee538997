"""Owns the narrow doors through which calls reach the world. One Protocol per neighbour, at most six methods each.

Every method returns at once and never raises for trouble outside: what comes of a request is posted to the
call's inbox as an event (``signaling.calls.events``).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from hold_audio.occasions import Occasion
from signaling.calls.call import Call, CallBackRequest, CallRecord
from signaling.calls.effects import AgentNews, Connect, EnterQueue, RingAgent, SettleDial, StopRinging
from signaling.calls.events import Action, Event

Post: TypeAlias = Callable[[str, Event], None]
"""``post(call_id, event)``: puts an event into the inbox of a call; unknown or ended calls ignore it."""


class LegsPort(Protocol):
    """Legs: how they come to be and go. Implemented by ``mediaserver.media_port.Media``."""

    def answer(self, call_id: str, leg: str, sdp: str, *, whatsapp: bool) -> None:
        """Make a leg for an offer; posts LegAnswered or LegRefused."""

    def offer(self, call_id: str, leg: str) -> None:
        """Make a leg that offers towards WhatsApp; posts LegOffered or LegRefused."""

    def take_answer(self, call_id: str, leg: str, sdp: str) -> None:
        """Give a leg the answer to its offer, and begin; posts what ``start`` does, or LegRefused."""

    def start(self, call_id: str, leg: str) -> None:
        """Begin ICE and DTLS; posts LegConnected or LegFailed, then what is noticed of the leg."""

    def close(self, call_id: str, leg: str | None = None) -> None:
        """Free one leg, or all legs of the call. Unknown legs are fine."""


class MediaPort(Protocol):
    """What legs hear. Implemented by ``mediaserver.media_port.Media``."""

    def play(self, call_id: str, leg: str, queue: str, occasion: Occasion) -> None:
        """Let the leg hear what callers of the queue hear on this occasion, undisturbed if it already does.

        Whoever heard the leg hears comfort noise. After a farewell, however short, posts FarewellEnded.
        """

    def join(self, call_id: str, legs: Sequence[str]) -> None:
        """Let these legs hear each other: two directly, three or four mixed; one alone hears comfort noise.

        Names of no leg are left out. What a leg heard before, a mix too, is over.
        """

    def ring_back(self, call_id: str, leg: str, country: str | None) -> None:
        """Let the leg hear a telephone ring as it sounds in this country (ISO 3166 alpha-2)."""

    def press(self, call_id: str, leg: str, keys: str) -> None:
        """Let the leg hear keys of the telephone (RFC 4733); lost on one that knows none, or has too many to hear."""


class WhatsAppPort(Protocol):
    """Actions towards Meta. Implemented by ``signaling.whatsapp.graph.Graph``."""

    def send(
        self, call_id: str, action: Action, *, phone_number_id: str, sdp: str | None, wacid: str | None = None
    ) -> None:
        """Send one action with bounded retries; posts ActionConfirmed or ActionFailed.

        ``wacid`` is Meta's id of the call where it is not the call's own.
        """

    def connect(self, call_id: str, call: Connect) -> None:
        """Place a call, once; posts ConnectConfirmed or ActionFailed."""


class WaitingPort(Protocol):
    """The waiting room. Implemented by ``signaling.waiting.dispatcher.Dispatcher``."""

    def enter(self, call_id: str, entry: EnterQueue) -> None:
        """Let the call wait; posts AgentAssigned each time an agent is reserved for it, or once QueueOverflowed."""

    def leave(self, call_id: str) -> None:
        """Forget the call and free whoever is reserved for it."""

    def reserve(self, call_id: str, agent: str | None, queue: str | None) -> None:
        """Reserve this colleague, or whoever of the queue is free; posts AgentAssigned or ConsultUnavailable."""

    def occupy(self, call_id: str, agent: str) -> None:
        """The reserved agent has answered and talks now; the call leaves the queue."""

    def release(self, call_id: str, agent: str, outcome: str) -> None:
        """The agent is done with the call (see ``ReleaseAgent.outcome``)."""


class AgentsPort(Protocol):
    """Agents' tabs. Implemented by ``signaling.agents.notices.Notices``."""

    def ring(self, call_id: str, ring: RingAgent) -> None:
        """Ring in every tab of the agent."""

    def media_answer(self, call_id: str, agent: str, session: str, sdp: str) -> None:
        """Hand the SDP answer to one tab."""

    def stop_ringing(self, call_id: str, stop: StopRinging) -> None:
        """Stop ringing in every tab but the excepted one."""

    def tell(self, call_id: str, news: AgentNews) -> None:
        """Tell the agent what has become of the conversation."""


class RecordsPort(Protocol):
    """Live-call records, for recovery, and call records. Implemented by ``signaling.store.records.Records``."""

    def save(self, call: Call) -> None:
        """Remember a live call, so that a crash can end it properly at Meta."""

    def ask_call_back(self, request: CallBackRequest) -> None:
        """Write down that a caller is to be called back."""

    def write(self, record: CallRecord) -> None:
        """Write the record of an ended call, forget the live one and set its tombstone."""


class DialsPort(Protocol):
    """What became of calls that agents placed. Implemented by ``signaling.dialling.dials.Dials``."""

    def settle(self, call_id: str, dial: SettleDial) -> None:
        """The customer was reached or not. The same call may be told again after a crash."""


class Ports(NamedTuple):
    """All doors of a call."""

    legs: LegsPort
    media: MediaPort
    whatsapp: WhatsAppPort
    waiting: WaitingPort
    agents: AgentsPort
    records: RecordsPort
    dials: DialsPort
