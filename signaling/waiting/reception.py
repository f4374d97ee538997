"""Owns the door: what is decided about a call before it begins. ``routes`` does the deciding."""

from collections.abc import Mapping

import structlog

from signaling.calls.call import Policies, Route
from signaling.calls.events import CallOffered
from signaling.tags import call_tag
from signaling.waiting.routes import Approach, Communication, Directory

_log = structlog.get_logger(__name__)


class Reception:
    """Gives every new call its route. ``waits`` has those of every queue."""

    def __init__(self, directory: Directory, waits: Mapping[str, Policies]) -> None:
        self._directory = directory
        self._waits = waits
        self.unrouted = 0
        """Calls that no rule expected, although there are rules; each is in the log too."""

    def route(self, offer: CallOffered) -> Route:
        """Where this call goes."""
        payloads = (offer.cta_payload, offer.deeplink_payload)
        found = self._directory.find(
            Approach(
                communication=Communication.CALL,
                caller=offer.caller,
                phone_number_id=offer.phone_number_id,
                business_number=offer.business_number,
                payloads=tuple(payload for payload in payloads if payload is not None),
            )
        )
        if found.unexpected:
            self.unrouted += 1
            _log.warning("no_route_matched", call=call_tag(offer.call_id), queue=found.queue)
        rule, waits = found.rule, self._waits[found.queue]
        if rule is None:
            return Route(queue=found.queue, policies=waits)
        return Route(queue=found.queue, rule=rule.name, priority=rule.call_priority, skills=rule.skills, policies=waits)
