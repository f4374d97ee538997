"""What we write to customers: checked before, sent once, and every refusal with a reason (real SQLite, real HTTP)."""

import asyncio

import pytest
from aiohttp import web
from msgspec.structs import replace

from policy.records import Delivery
from signaling.calls.events import Caller, Direction
from signaling.conversations import view
from signaling.conversations.conversation import CallMade, Draft, Outcome
from signaling.conversations.news import (
    AccountRestricted,
    MessageState,
    MessageStatus,
    PermissionReply,
    Response,
    Restriction,
    SettingsChanged,
    UserMessage,
)
from signaling.conversations.refusal import Refusal
from signaling.conversations.requests import Button, Filled, Wish
from signaling.conversations.service import FormChange
from signaling.conversations.view import SendState
from signaling.store.contract import StoreUnavailable
from tests.signaling.conversations.world import NOOR, PNID, World, accepted, by_edge, listed
from tests.signaling.whatsapp import fake_graph

WISH = Wish(key="wish-1", by="ana")
FILLED = Filled(name="ask_call_v1", language="en_GB", values={"1": "Noor", "2": "4711", "header.1": "4711"})
BUTTON = Button(body="Talk to us now", label="Call us", ttl_minutes=120, payload="order-5521")


async def begun(site: World, *, wrote: bool = True, number: str = PNID) -> str:
    """The id of a conversation with Noor, who has just written."""
    if wrote:
        await site.intake.hear(
            [
                UserMessage(
                    message_id="wamid.in", phone_number_id=number, customer=NOOR, sent_at=site.clock(), kind="text"
                )
            ]
        )
    thread = await site.conversations.open(number, NOOR, FormChange())
    assert isinstance(thread, view.Thread), "no conversation can be begun"
    return thread.summary.id


def done(outcome: view.Thread | Refusal) -> view.PermissionRequestView | view.CallButtonView:
    """The message of ours, which was sent."""
    assert isinstance(outcome, view.Thread), f"refused: {outcome}"
    (entry,) = (one for one in outcome.entries if isinstance(one, view.PermissionRequestView | view.CallButtonView))
    return entry


def refused(outcome: view.Thread | Refusal, code: str) -> Refusal:
    assert isinstance(outcome, Refusal), "it should have been refused"
    assert outcome.code == code, f"another reason: {outcome.reason}"
    assert outcome.reason, "no reason"
    return outcome


def posted(site: World) -> int:
    return sum(asked.method == "POST" for asked in site.graph.asked)


async def test_a_request_and_its_answer(site: World) -> None:
    identity = await begun(site)
    told: list[int] = []
    site.watchers.watch("page", identity, lambda _, revision: told.append(revision))
    request = done(await site.requests.ask(identity, WISH, text="May we?"))
    assert request.sending.state is SendState.ACCEPTED, "the agent does not see that it went out"
    (known,) = (await site.ledger()).requests
    assert (known.id, known.delivery, known.message_id) == ("wish-1", Delivery.SENT, "wamid.sent-1"), "not learnt"
    before = len(told)
    reply = PermissionReply(
        message_id="wamid.reply",
        phone_number_id=PNID,
        customer=Caller(user_id=NOOR.user_id),
        replied_at=site.clock(),
        response=Response.ACCEPT,
        expires_at=site.clock() + 604_800,
        request_id="wamid.sent-1",
    )
    await site.intake.hear([reply])
    assert (await site.ledger()).call.allowed, "the customer said yes and may not be called"
    assert len(told) == before + 1, "the page does not change"
    thread = await site.conversations.thread(identity)
    assert thread is not None, "the conversation is lost"
    answered = done(thread).answer  # type: ignore[union-attr]
    assert answered is not None, "the answer is not shown"
    assert answered.response is Response.ACCEPT, "the answer is misread"
    await site.intake.hear([reply])
    assert len(told) == before + 1, "a duplicate wakes the page"


async def test_a_wish_is_fulfilled_once(site: World) -> None:
    identity = await begun(site)
    outcomes = await asyncio.gather(*(site.requests.ask(identity, WISH, text="May we?") for _ in range(20)))
    assert {done(outcome).id for outcome in outcomes} == {"wish-1"}, "a repetition is refused"
    done(await site.requests.ask(identity, WISH, text="May we?"))
    assert (posted(site), len((await site.ledger()).requests)) == (1, 1), "the customer was asked more than once"


async def test_whoever_asks_may_go_away(site: World) -> None:
    identity = await begun(site)
    going = asyncio.Event()
    arrived = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        arrived.set()
        await going.wait()
        return await accepted(request)

    site.graph.script = [by_edge(messages=slow)]
    asking = asyncio.create_task(site.requests.ask(identity, WISH))
    await asyncio.wait_for(arrived.wait(), 5)
    asking.cancel()
    going.set()
    await site.postbox.close()
    thread = await site.conversations.thread(identity)
    assert thread is not None, "the conversation is lost"
    assert done(thread).sending.state is SendState.ACCEPTED, "what Meta said is lost with the agent's page"


async def test_a_lost_answer_is_shown_and_settled_by_a_status(site: World) -> None:
    identity = await begun(site)
    site.graph.script = [by_edge(messages=fake_graph.hang_up)]
    assert done(await site.requests.ask(identity, WISH)).sending.state is SendState.SENDING, "taken for refused"
    assert not (await site.ledger()).request.allowed, "the slot would be used twice"
    site.clock.advance(view.PATIENCE_S)
    assert done(await site.requests.ask(identity, WISH)).sending.state is SendState.UNSETTLED, (
        "the agent waits for ever"
    )
    assert posted(site) == 1, "the customer was asked twice"
    await site.intake.hear(
        [
            MessageStatus(
                message_id="wamid.late",
                phone_number_id=PNID,
                customer=Caller(user_id=NOOR.user_id),
                state=MessageState.DELIVERED,
                at=site.clock(),
                own_key="wish-1",
            )
        ]
    )
    thread = await site.conversations.thread(identity)
    assert thread is not None, "the conversation is lost"
    assert done(thread).sending.state is SendState.DELIVERED, "what Meta tells is not found"


async def test_metas_refusal_is_in_the_thread(site: World) -> None:
    """#107, #108."""
    identity = await begun(site)
    site.graph.script = [by_edge(messages=fake_graph.error(138009, 400, "(#138009) Limit reached"))]
    sending = done(await site.requests.ask(identity, WISH)).sending
    assert (sending.state, sending.failures[0].code) == (SendState.REFUSED, 138009), "Meta's reason is lost"
    assert sending.failures[0].advice, "nobody knows what to do"
    assert [refusal.code for refusal in (await site.ledger()).refusals] == [138009], "the ledger does not learn it"


async def test_the_policy_comes_before_meta(site: World) -> None:
    identity = await begun(site)
    asked_at = done(await site.requests.ask(identity, WISH)).at
    why = refused(await site.requests.ask(identity, replace(WISH, key="w2")), "requests_per_day")
    assert why.free_at == asked_at + 86_400, "no countdown"
    thread = await site.conversations.thread(identity)
    assert thread is not None, "the conversation is lost"
    assert (posted(site), len(thread.entries)) == (1, 2), "a request that was never sent stands in the thread"


async def test_a_call_that_connects_frees_the_next_request(site: World) -> None:
    """Both counters start anew with every connected call, also one of the customer's (issue 5)."""
    identity = await begun(site)
    done(await site.requests.ask(identity, WISH))
    site.clock.advance(60)
    now = site.clock()
    call = CallMade(
        id="wacid.1",
        at=now,
        direction=Direction.INBOUND,
        outcome=Outcome.ANSWERED,
        answered_at=now + 1,
        ended_at=now + 9,
        payloads=("order-5521",),
    )
    site.clock.advance(9)
    await site.intake.add_call(PNID, "442079460018", NOOR, call)
    assert (await site.ledger()).request.allowed, "the ledger does not know that they talked"
    thread = await site.conversations.thread(identity)
    assert thread is not None, "the conversation is lost"
    (shown,) = (entry for entry in thread.entries if isinstance(entry, view.CallView))
    assert (shown.duration_s, shown.outcome, shown.payloads) == (8.0, Outcome.ANSWERED, ("order-5521",)), "misshown"


async def test_free_form_needs_an_open_window(site: World) -> None:
    identity = await begun(site, wrote=False)
    refused(await site.requests.ask(identity, WISH), "window_closed")
    refused(await site.requests.send_button(identity, WISH, BUTTON), "window_closed")
    assert posted(site) == 0, "Meta is asked in vain"
    done(await site.requests.ask_by_template(identity, WISH, FILLED))
    await begun(site)
    site.clock.advance(86_400)
    refused(await site.requests.send_button(identity, replace(WISH, key="w2"), BUTTON), "window_closed")


async def test_only_templates_that_fit(site: World) -> None:
    identity = await begun(site, wrote=False)
    button = Filled(name="phone_us", language="ja", values={"customer": "佐藤", "button.0": "x"})
    refused(await site.requests.ask_by_template(identity, WISH, button), "template_does_not_ask")
    refused(await site.requests.send_button_by_template(identity, WISH, FILLED), "template_has_no_button")
    refused(await site.requests.ask_by_template(identity, WISH, replace(FILLED, name="no")), "not_found")
    holes = refused(await site.requests.ask_by_template(identity, WISH, replace(FILLED, values={})), "invalid")
    assert [problem.field for problem in holes.problems] == ["header.1", "1", "2"], "nobody knows what is missing"
    sent = done(
        await site.requests.send_button_by_template(identity, WISH, button, ttl_minutes=2880, payload="order-1")
    )
    assert isinstance(sent, view.CallButtonView), "it is shown as something else"
    assert (sent.label, sent.payload, sent.works_until) == ("Call us", "order-1", sent.at + 2880 * 60), "misshown"
    assert posted(site) == 1, "Meta was asked in vain"


async def test_templates_are_kept_and_old_ones_are_better_than_none(site: World) -> None:
    for _ in range(3):
        assert len(await site.shelf.all()) == 2, "the templates are not listed"  # type: ignore[arg-type]
    assert len(site.graph.asked) == 1, "every keystroke asks Meta"
    assert await site.shelf.tag("ask_call_v1", (" vip ", "vip", "first")) is None, "tags are refused"
    found = await site.shelf.get("ask_call_v1", "en_GB")
    assert not isinstance(found, Refusal), "the template is gone"
    assert found.tags == ("vip", "first"), "the tags are lost"
    site.clock.advance(61)
    site.graph.script = [by_edge(message_templates=fake_graph.error(190, 401))]
    assert not isinstance(await site.shelf.all(), Refusal), "a hiccup of Meta's empties the list"
    site.shelf.forget()
    assert isinstance(await site.shelf.all(), Refusal), "a list that is known to be wrong is shown"
    site.graph.script = [by_edge(message_templates=listed)]
    assert not isinstance(await site.shelf.all(), Refusal), "it does not recover"


async def test_drafts(site: World) -> None:
    identity = await begun(site)
    draft = Draft(id="draft-1", by="ana", at=0.0, body="Talk", label="x" * 21)
    assert isinstance(await site.conversations.save_draft(identity, draft), view.Thread), "a draft must fit nothing"
    broken = refused(await site.requests.send_draft(identity, "draft-1", by="ana"), "invalid")
    assert [problem.field for problem in broken.problems] == ["label"], "nobody knows what is wrong"
    edited = await site.conversations.save_draft(identity, replace(draft, label="Call us"))
    assert isinstance(edited, view.Thread), "a draft cannot be edited"
    assert [one.label for one in edited.drafts] == ["Call us"], "the edit is lost"
    sent = await site.requests.send_draft(identity, "draft-1", by="ana")
    assert done(sent).id == "draft-1", "it is not known by its draft"
    assert isinstance(sent, view.Thread), "it is refused"
    assert sent.drafts == (), "a sent draft is still there"
    done(await site.requests.send_draft(identity, "draft-1", by="ana"))
    assert posted(site) == 1, "the customer gets it twice"
    refused(await site.conversations.save_draft(identity, draft), "sent_already")
    await site.conversations.save_draft(identity, replace(draft, id="draft-2"))
    dropped = await site.conversations.drop_draft(identity, "draft-2")
    assert isinstance(dropped, view.Thread), "a draft cannot be deleted"
    assert dropped.drafts == (), "a deleted draft is still there"
    refused(await site.requests.send_draft(identity, "draft-2", by="ana"), "not_found")


@pytest.mark.parametrize(("number", "code"), [("2", "sender_cannot_call"), ("3", "sender_cannot_chat")])
async def test_a_sender_that_cannot(site: World, number: str, code: str) -> None:
    identity = await begun(site, number=number)
    for outcome in (
        await site.requests.ask(identity, WISH),
        await site.requests.send_button(identity, WISH, BUTTON),
        await site.requests.ask_by_template(identity, WISH, FILLED),
    ):
        refused(outcome, code)
    assert posted(site) == 0, "Meta is asked in vain (#108)"


async def test_what_meta_tells_of_a_number(site: World) -> None:
    identity = await begun(site)
    until = site.clock() + 604_800
    restriction = Restriction(type="RESTRICTED_BUSINESS_INITIATED_CALLING", until=until, remedy="Raise pick-up")
    await site.intake.hear([AccountRestricted(business_number="442079460018", restrictions=(restriction,))])
    why = refused(await site.requests.ask(identity, WISH), "sender_cannot_call")
    assert (why.reason, why.free_at) == ("Raise pick-up", until), "Meta's reason is lost"
    done(await site.requests.send_button(identity, WISH, BUTTON))
    site.clock.advance(604_800)
    sender = await site.senders.get(PNID)
    assert sender is not None, "the number is lost"
    assert sender.can_call, "a restriction that is over still holds"
    at = site.clock()
    await site.intake.hear([SettingsChanged(phone_number_id=PNID, calling=False, at=at)])
    await site.intake.hear([SettingsChanged(phone_number_id=PNID, calling=True, at=at - 1)])
    sender = await site.senders.get(PNID)
    assert sender is not None, "the number is lost"
    assert not sender.can_be_called, "an old webhook undoes a new one"
    site.clock.advance(1)
    await site.senders.look()
    sender = await site.senders.get(PNID)
    assert sender is not None, "the number is lost"
    assert sender.can_call, "what Meta says now does not count"


async def test_a_store_that_goes_away_after_sending_loses_nothing(site: World) -> None:
    identity = await begun(site)

    async def and_gone(request: web.Request) -> web.StreamResponse:
        site.store.away = True
        return await accepted(request)

    async def pause(_seconds: float) -> None:
        site.store.away = False

    site.graph.script = [by_edge(messages=and_gone)]
    site.postbox._pause = pause
    assert done(await site.requests.ask(identity, WISH)).sending.state is SendState.ACCEPTED, "Meta's answer is lost"
    site.store.away = True
    with pytest.raises(StoreUnavailable):
        await site.requests.ask(identity, replace(WISH, key="w2"))
    assert posted(site) == 1, "something is sent that nobody will know of"


async def test_notes_and_forms(site: World) -> None:
    identity = await begun(site)
    noted = await site.conversations.note(identity, "n1", by="ana", text="VIP")
    assert isinstance(noted, view.Thread), "a note is refused"
    again = await site.conversations.note(identity, "n1", by="ana", text="VIP!")
    assert isinstance(again, view.Thread), "a note cannot be edited"
    assert [(one.by, one.text) for one in again.notes] == [("ana", "VIP!")], "the edit is lost or doubled"
    foreign = await site.conversations.note(identity, "n1", by="ben", text="mine")
    assert isinstance(foreign, Refusal), "anybody may rewrite a colleague's note"
    filled = await site.conversations.fill_in(identity, FormChange(topic="Order", tags=("vip", "vip"), agent="ana"))
    assert isinstance(filled, view.Thread), "the form is refused"
    form = filled.summary.form
    assert (form.topic, form.tags, form.agent, form.queue) == ("Order", ("vip",), "ana", "support"), "misfilled"
    emptied = await site.conversations.fill_in(identity, FormChange(agent=""))
    assert isinstance(emptied, view.Thread), "the form is refused"
    assert (emptied.summary.form.agent, emptied.summary.form.topic) == (None, "Order"), "more than asked was changed"
    gone = await site.conversations.drop_note(identity, "n1", by="ana")
    assert isinstance(gone, view.Thread), "a note cannot be taken back"
    assert gone.notes == (), "a note that was taken back is still there"
    assert isinstance(await site.conversations.fill_in("c0", FormChange()), Refusal), "a form of nothing"
    assert (await site.requests.deep_link(PNID, "a b")) == "https://wa.me/call/442079460018?biz_payload=a%20b", "broken"
