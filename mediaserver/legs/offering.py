"""Owns the leg that offers: the customer of a business-initiated call (whatsapp-calling 5.3 to 5.5).

Which relay of Meta's the call will come by is known with the answer and not before, and at one port of ours two calls
by one relay could not be told apart. So the port is chosen with the answer too: the offer names the first one, and if
that is taken at this relay, the checks come from another and Meta learns of it as it does behind every NAT, from the
first check (a peer-reflexive candidate, RFC 8445 7.3.1.3). Nothing is reserved while the phone rings.
"""

from collections.abc import Callable

from mediaserver.legs.leg import Leg, relay_addresses
from mediaserver.legs.sdp import DTMF_PAYLOAD_TYPE, OPUS_PAYLOAD_TYPE, parse_answer
from mediaserver.legs.sdp_writing import write_offer
from mediaserver.legs.transport import SharedPorts
from mediaserver.packets.engine import Engine


class OfferingLeg(Leg):
    """A leg that waits for the answer to its offer. Raises LegsExhausted if there is no room for it."""

    def __init__(
        self,
        engine: Engine,
        ports: SharedPorts,
        *,
        on_connected: Callable[[], None],
        on_failed: Callable[[str], None],
    ) -> None:
        super().__init__(engine, ports, on_connected=on_connected, on_failed=on_failed)
        # Meta sends digits with this number even if its answer does not name it (whatsapp-calling 5.6).
        self._add_stream(OPUS_PAYLOAD_TYPE, DTMF_PAYLOAD_TYPE)
        self.offer = write_offer(self._local(ports.choose(())))
        """The SDP offer."""

    def take_answer(self, answer: str) -> None:
        """The peer's answer is there, and ``start`` may follow. Raises BadSdp or PortsExhausted, once and for all."""
        remote = parse_answer(answer)
        self._meet(remote, self._ports.choose(relay_addresses(remote)), controlling=True)
