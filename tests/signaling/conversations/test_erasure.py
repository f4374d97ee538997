"""Who asks to be forgotten is: nothing but the permission policy's times is left of a customer, and nobody else's."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from policy.verdict import Ask
from signaling.calls.call import CallBackRequest, CallRecord
from signaling.calls.events import Caller
from signaling.conversations.conversation import Draft
from signaling.conversations.news import UserMessage
from signaling.erasure import Erased, Erasure
from signaling.pause import pause
from signaling.permissions.pair import PREFIX, Pair
from signaling.store.contract import StoreUnavailable
from signaling.store.records import Records
from tests.signaling.conversations.world import NOOR, PNID, World, world

BY_ID, BY_NUMBER = Caller(user_id=NOOR.user_id), Caller(number=NOOR.number, name=NOOR.name)
LEO = Caller(user_id="GB.777", number="447700900777", name="Leo Byrne")
SAID = "I live at the old mill"
AT = 1_795_330_000.0


def wrote(customer: Caller, number: int, *, to: str = PNID) -> UserMessage:
    return UserMessage(
        message_id=f"wamid.{customer.user_id}.{number}",
        phone_number_id=to,
        customer=customer,
        sent_at=AT + number,
        kind="text",
        text=SAID if customer is not LEO else "Something else",
    )


def called(call_id: str, caller: Caller) -> CallRecord:
    return CallRecord(
        call_id=call_id,
        phone_number_id=PNID,
        business_number=None,
        caller=caller,
        queue="main",
        offered_at=AT,
        accepted_at=None,
        answered_at=None,
        ended_at=AT + 9,
        agent=None,
        agents_tried=(),
        ended_by="caller",
        reason="hung_up",
        error=None,
    )


def wished(call_id: str, caller: Caller) -> CallBackRequest:
    return CallBackRequest(
        call_id=call_id, phone_number_id=PNID, business_number=None, caller=caller, queue="main", requested_at=AT
    )


class Office:
    """A site that knows two customers well, and what forgets them."""

    def __init__(self, site: World) -> None:
        self.site = site
        self.records = Records(site.store, pause=pause)
        self.erasure = Erasure(site.contacts, site.threads, self.records)

    async def live(self) -> None:
        """Noor is heard of under two names that become one; Leo has Noor's former number in an old call."""
        await self.site.intake.hear([wrote(BY_ID, 1), wrote(BY_NUMBER, 2), wrote(BY_NUMBER, 3, to="2"), wrote(LEO, 1)])
        await self.site.intake.hear([wrote(NOOR, number) for number in range(4, 420)])
        for each in await self.site.all():
            await self.site.conversations.note(each.id, "n1", by="ana", text="Rang twice")
            draft = Draft(id="d1", by="ana", at=0.0, body="Dear customer")
            await self.site.conversations.save_draft(each.id, draft)
        former = Caller(user_id=LEO.user_id, number=NOOR.number)
        for number, caller in enumerate((BY_ID, BY_NUMBER, NOOR, LEO, former)):
            self.records.write(called(f"wacid.{number}", caller))
        for number, caller in enumerate((NOOR, LEO)):
            self.records.ask_call_back(wished(f"wacid.back.{number}", caller))
        await self.records.flush()
        await self.site.permissions.reserve_request(Pair(phone_number_id=PNID, user=NOOR), "q1")

    async def traces(self, *words: str) -> list[str]:
        """Keys of records outside the policy that tell one of these words, plainly or as the index writes it."""
        wanted = [word.encode() for word in words] + [word.lower().encode().hex().encode() for word in words]
        found = []
        for key in await self.site.store.keys(""):
            held = await self.site.store.load(key)
            told = key.encode() + (held.value if held is not None else b"")
            if not key.startswith(PREFIX) and any(word in told for word in wanted):
                found.append(key)
        return found


NOORS = (NOOR.user_id or "", "Noor", SAID)


async def by_contact(office: Office) -> Erased:
    contact = await office.site.contacts.known(NOOR)
    assert contact is not None, "the customer was never met"
    return await office.erasure.forget(contact.id)


@pytest.mark.parametrize(
    "forget",
    [
        by_contact,
        lambda office: office.erasure.forget_named(NOOR.number or ""),
        lambda office: office.erasure.forget_named(NOOR.user_id or ""),
    ],
    ids=["contact", "number", "user id"],
)
async def test_nothing_is_left_of_a_customer_and_all_of_another(
    site: World, forget: Callable[[Office], Awaitable[Erased]]
) -> None:
    office = Office(site)
    await office.live()
    assert await office.traces(*NOORS, NOOR.number or ""), "this test would find nothing anyway"
    leos = await office.traces(LEO.user_id or "")

    erased = await forget(office)

    assert erased == Erased(contacts=2, conversations=4, calls=3, call_backs=1)
    assert await office.traces(*NOORS) == [], "somebody who asked to be forgotten is not"
    assert await office.traces(LEO.user_id or "") == leos, "somebody else was forgotten along"
    assert [record.call_id for record in await office.records.calls(9)] == ["wacid.4", "wacid.3"]
    assert await site.contacts.find("Noor", 5) == []


async def test_whatsapps_limits_outlive_the_customer(site: World) -> None:
    """Meta still counts the request; a business that has forgotten it would run into error 138009 (3.1)."""
    office = Office(site)
    await office.live()
    await office.erasure.forget_named(NOOR.number or "")

    verdict = await site.permissions.verdict(Pair(phone_number_id=PNID, user=NOOR), Ask.REQUEST)

    assert not verdict.allowed, "who was forgotten may be asked again at once"


async def test_a_forgotten_customer_who_writes_again_is_a_new_one(site: World) -> None:
    office = Office(site)
    await office.live()
    await by_contact(office)
    await site.intake.hear([wrote(NOOR, 900)])
    contact = await site.contacts.known(NOOR)
    assert contact is not None, "a customer cannot come back"
    assert contact.first_seen == AT + 900, "the old acquaintance is remembered"


async def test_a_crash_at_any_write_is_made_good_by_asking_again(tmp_path: Path) -> None:
    for cut in range(0, 60, 3):
        folder = tmp_path / str(cut)
        folder.mkdir()
        async with world(folder) as site:
            office = Office(site)
            await office.live()
            site.store.away_after(cut)
            try:
                await office.erasure.forget_named(NOOR.number or "")
                assert cut > 9, "forgetting takes fewer writes than there are records"
                break
            except StoreUnavailable:
                site.store.away_after(None)
            await office.erasure.forget_named(NOOR.number or "")
            assert await office.traces(*NOORS) == [], f"a crash after {cut} writes leaves something for ever"
    else:
        pytest.fail("forgetting takes more writes than anybody thought")


async def test_a_call_that_never_came_to_be_a_contact_is_found(site: World) -> None:
    office = Office(site)
    office.records.write(called("wacid.1", BY_NUMBER))
    await office.records.flush()
    erased = await office.erasure.forget_named(NOOR.number or "")
    assert erased == Erased(contacts=0, conversations=0, calls=1, call_backs=0)
