"""The lite agent answers authenticated checks of a controlling business only (RFC 8445; lessons #29, #31)."""

import pytest
from aioice import stun

from benchmarks.simulator.ice_lite import IceLite

BUSINESS = ("127.0.0.1", 4000)
PASSWORD = "Zm9vYmFyYmF6cXV4MTIzNA=="


def lite() -> IceLite:
    agent = IceLite("k3Vt9QzLm2Xw7RbD", PASSWORD)
    agent.remote_username = "ekDT"
    return agent


def check(
    *,
    username: str = "k3Vt9QzLm2Xw7RbD:ekDT",
    password: str = PASSWORD,
    role: str | None = "ICE-CONTROLLING",
    priority: bool = True,
    nominate: bool = False,
) -> bytes:
    request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes={"USERNAME": username})
    if priority:
        request.attributes["PRIORITY"] = 1
    if role is not None:
        request.attributes[role] = 7
    if nominate:
        request.attributes["USE-CANDIDATE"] = None
    request.add_message_integrity(password.encode())
    return bytes(request)


def reply_to(agent: IceLite, datagram: bytes) -> stun.Message:
    reply = agent.answer(datagram, BUSINESS)
    assert reply is not None, "an authenticated check must be answered"
    message = stun.parse_message(reply)
    assert message.check_message_integrity(PASSWORD.encode()), "replies must be signed"
    return message


def test_a_check_is_answered_with_its_source_and_nominates_only_when_told() -> None:
    agent = lite()
    reply = reply_to(agent, check())
    assert reply.message_class is stun.Class.RESPONSE
    assert reply.attributes["XOR-MAPPED-ADDRESS"] == BUSINESS
    nominations = [agent.nominated]
    reply_to(agent, check(nominate=True))
    nominations.append(agent.nominated)
    assert nominations == [None, BUSINESS]
    assert agent.violations == []


def test_a_business_that_claims_controlled_meets_487() -> None:
    agent = lite()
    reply = reply_to(agent, check(role="ICE-CONTROLLED", nominate=True))
    assert reply.error_code == 487
    assert agent.role_conflicts == 1
    assert agent.nominated is None, "a check in the wrong role must not open the media path"


@pytest.mark.parametrize("broken", [check(role=None), check(priority=False)], ids=["no role", "no priority"])
def test_a_check_without_role_or_priority_is_a_bad_request(broken: bytes) -> None:
    agent = lite()
    assert reply_to(agent, broken).error_code == 400
    assert agent.violations


@pytest.mark.parametrize(
    "datagram",
    [
        check(password="wrong" * 5),
        check(username="someone:ekDT"),
        check(username="k3Vt9QzLm2Xw7RbD:someone"),
        check()[:-8],
        check()[:19],
        b"\x00\x01\x00\x00 garbage that is no STUN",
        bytes(stun.Message(stun.Method.BINDING, stun.Class.REQUEST)),
        bytes(stun.Message(stun.Method.BINDING, stun.Class.RESPONSE)),
    ],
    ids=["password", "ufrag", "remote ufrag", "cut", "short", "garbage", "unsigned", "response"],
)
def test_what_is_not_an_authenticated_check_gets_no_reply(datagram: bytes) -> None:
    agent = lite()
    assert agent.answer(datagram, BUSINESS) is None
    assert (agent.checks, agent.unauthenticated) == (0, 1)


def test_a_switch_of_candidate_after_nomination_is_noted() -> None:
    agent = lite()
    agent.answer(check(nominate=True), BUSINESS)
    agent.answer(check(nominate=True), ("127.0.0.1", 4001))
    assert len(agent.violations) == 1
