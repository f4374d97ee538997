"""Customers are known by user id and by number, become one when they are one, and are found as people look for them."""

import asyncio

import pytest

from signaling.calls.events import Caller
from signaling.conversations.contact import Contact, absorb, seen
from signaling.conversations.conversation import conversation_id
from signaling.conversations.news import UserMessage
from signaling.store.contract import StoreUnavailable
from tests.signaling.conversations.world import NOOR, PNID, World

BY_ID = Caller(user_id=NOOR.user_id)
BY_NUMBER = Caller(number=NOOR.number, name="Noor")


def wrote(customer: Caller, number: int = 1, *, to: str = PNID) -> UserMessage:
    return UserMessage(
        message_id=f"wamid.{number}",
        phone_number_id=to,
        customer=customer,
        sent_at=1_795_330_000.0 + number,
        kind="text",
        text=f"message {number}",
    )


async def test_two_names_become_one_customer(site: World) -> None:
    """#104, #105: first heard of by user id alone, then by number alone, then by both."""
    await site.intake.hear([wrote(BY_ID, 1), wrote(BY_NUMBER, 2), wrote(BY_NUMBER, 3, to="2")])
    apart = await site.all()
    assert len(apart) == 3, "strangers were taken for one"
    await site.intake.hear([wrote(NOOR, 4)])
    together = {one.phone_number_id: set(one.entries) for one in await site.all()}
    assert together == {PNID: {"wamid.1", "wamid.2", "wamid.4"}, "2": {"wamid.3"}}, "history is lost or doubled"
    for customer in (BY_ID, BY_NUMBER, NOOR):
        contact = await site.contacts.known(customer)
        assert contact is not None, "the customer is a stranger again"
        assert (contact.user_id, contact.number, contact.name) == (NOOR.user_id, NOOR.number, NOOR.name), "half known"
    for conversation in apart:
        found = await site.threads.load(conversation.id)
        assert found is not None, "a link leads nowhere"
        assert found.moved_to is None, "a link leads to an empty conversation"


async def test_a_page_that_watches_is_told_where_its_conversation_went(site: World) -> None:
    await site.intake.hear([wrote(BY_ID, 1), wrote(BY_NUMBER, 2)])
    contact = await site.contacts.known(BY_NUMBER)
    assert contact is not None, "nobody was met"
    told: list[tuple[str, int]] = []
    old = conversation_id(PNID, contact.id)
    site.watchers.watch("page", old, lambda conversation, revision: told.append((conversation, revision)))
    await site.intake.hear([wrote(NOOR, 3)])
    assert [one for one, _ in told] == [old], "the page shows an old conversation for ever"


async def test_a_number_that_passes_to_somebody_else_takes_nothing_along(site: World) -> None:
    await site.intake.hear([wrote(NOOR, 1)])
    heir = Caller(user_id="GB.999", number=NOOR.number, name="Heir")
    await site.intake.hear([wrote(heir, 2)])
    former, present = await site.contacts.known(BY_ID), await site.contacts.known(heir)
    assert former is not None, "the former user is lost"
    assert present is not None, "the new user is lost"
    assert (former.id != present.id, former.number, present.number) == (True, None, NOOR.number), "two users are one"
    by_number = await site.contacts.known(BY_NUMBER)
    assert by_number == present, "the number still leads to its former owner"


async def test_messages_at_the_same_time_make_one_customer(site: World) -> None:
    await asyncio.gather(*(site.intake.hear([wrote(NOOR, number)]) for number in range(1, 9)))
    (conversation,) = await site.all()
    assert len(conversation.entries) == 8, "a message was lost to another one"


async def test_a_crash_at_any_write_is_healed_by_the_next_message(site: World) -> None:
    for cut in range(40):
        both = Caller(user_id=f"GB.{cut}", number=f"4477009001{cut:02}")
        apart = [wrote(Caller(user_id=both.user_id), 1), wrote(Caller(number=both.number), 2)]
        await site.intake.hear(apart)
        site.store.away_after(cut)
        try:
            await site.intake.hear([wrote(both, 3)])
            break
        except StoreUnavailable:
            site.store.away_after(None)
        await site.intake.hear([wrote(both, 3)])
        contact = await site.contacts.known(both)
        assert contact is not None, f"the customer is lost by a crash after {cut} writes"
        conversation = await site.threads.load(conversation_id(PNID, contact.id))
        assert conversation is not None, f"the conversation is lost by a crash after {cut} writes"
        assert set(conversation.entries) == {"wamid.1", "wamid.2", "wamid.3"}, f"a crash after {cut} writes splits it"
        for name in (Caller(user_id=both.user_id), Caller(number=both.number)):
            assert await site.contacts.known(name) == contact, f"a crash after {cut} writes splits the customer"
    else:
        pytest.fail("hearing takes more writes than anybody thought")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("noor", ["Noor Haddad"]),
        ("HADD", ["Noor Haddad"]),
        ("noor h", ["Noor Haddad"]),
        ("+44 7700", ["Élodie Martin", "Noor Haddad"]),
        ("07700 900123", ["Noor Haddad"]),
        ("7700900124", ["Élodie Martin"]),
        ("elodie", ["Élodie Martin"]),
        ("佐", ["佐藤 花子"]),
        ("花子", ["佐藤 花子"]),
        ("GB.1203948571029384", ["Noor Haddad"]),
        ("oor", []),
        ("9", []),
    ],
)
async def test_customers_are_found(site: World, query: str, found: list[str]) -> None:
    await site.contacts.meet(NOOR, None)
    await site.contacts.meet(Caller(number="447700900124", name="Élodie Martin"), None)
    await site.contacts.meet(Caller(user_id="JP.5", name="佐藤 花子"), None)
    assert [one.name for one in await site.contacts.find(query, 10)] == found, "not found, or found by accident"


async def test_a_new_name_replaces_the_old_one_in_searches(site: World) -> None:
    contact = await site.contacts.meet(NOOR, None)
    await site.contacts.edit(contact.id, name="Mrs Haddad", language="en")
    assert await site.contacts.find("noor", 10) == [], "found by a name that is gone"
    (found,) = await site.contacts.find("mrs", 10)
    assert (found.name, found.language) == ("Mrs Haddad", "en"), "what an agent entered is lost"
    await site.contacts.meet(NOOR, 1_795_330_000.0)
    assert (await site.contacts.find("mrs", 10)) != [], "WhatsApp's name overwrites the agent's"


def test_what_a_contact_tells() -> None:
    contact = seen(Contact(id="u"), Caller(user_id="JP.1", number="81312345678"), 100.0)
    assert (contact.country, contact.first_seen, contact.last_seen) == ("JP", 100.0, 100.0), "misread"
    assert seen(contact, Caller(user_id="JP.1"), 130.0) is contact, "every message costs a write"
    assert seen(contact, Caller(user_id="JP.1"), 190.0).last_seen == 190.0, "the customer looks long gone"
    entered = Contact(id="v", name="Boss", entered=True, language="ja", talks_with=("2",))
    both = absorb(contact, entered)
    assert (both.id, both.name, both.language, both.talks_with) == ("u", "Boss", "ja", ("2",)), "something is lost"
