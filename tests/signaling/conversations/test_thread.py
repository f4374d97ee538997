"""A conversation is the same in whatever order, and however often, its facts are told (#101-#103)."""

import itertools

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from signaling.calls.events import Caller, Direction, MetaError
from signaling.conversations import thread, view
from signaling.conversations.contact import Contact
from signaling.conversations.conversation import (
    CallMade,
    Conversation,
    Draft,
    Form,
    Note,
    Outcome,
    PermissionRequest,
    Status,
)
from signaling.conversations.news import (
    MessageState,
    MessageStatus,
    PermissionReply,
    Response,
    ThreadNews,
    UserMessage,
)
from signaling.conversations.view import SendState

NOOR = Caller(user_id="GB.1")
EMPTY = Conversation(id="c1", phone_number_id="p", customer_id="u1")
NOW = 10_000.0

_ids = st.integers(1, 4)
_times = st.integers(1, 900).map(float)
_errors = st.lists(st.builds(MetaError, st.sampled_from([131026, 131047]), st.just("x")), max_size=1).map(tuple)


@st.composite
def facts(draw: st.DrawFn) -> ThreadNews | CallMade | PermissionRequest:
    """One fact of a small world in which ids collide: what has the same id says the same."""
    number = draw(_ids)
    at = float(number * 10)
    kind = draw(st.sampled_from(["wrote", "replied", "status", "call", "request"]))
    match kind:
        case "wrote":
            return UserMessage(
                message_id=f"wamid.u{number}", phone_number_id="p", customer=NOOR, sent_at=at, kind="text", text="x"
            )
        case "replied":
            return PermissionReply(
                message_id=f"wamid.r{number}",
                phone_number_id="p",
                customer=NOOR,
                replied_at=at + 1,
                response=Response.ACCEPT if number % 2 else Response.REJECT,
                automatic=number == 3,
                request_id=f"wamid.{number}",
            )
        case "status":
            state = draw(st.sampled_from(MessageState))
            return MessageStatus(
                message_id=f"wamid.{number}",
                phone_number_id="p",
                customer=NOOR,
                state=state,
                at=draw(_times),
                errors=draw(_errors) if state is MessageState.FAILED else (),
                own_key=draw(st.sampled_from([None, f"wish-{number}"])),
            )
        case "call":
            return CallMade(
                id=f"wacid.{number}",
                at=at,
                direction=Direction.INBOUND if number % 2 else Direction.OUTBOUND,
                outcome=Outcome.ANSWERED if number > 2 else Outcome.MISSED,
                answered_at=at + 1 if number > 2 else None,
                ended_at=at + 2,
            )
        case _:
            taken = draw(st.booleans())
            return PermissionRequest(
                id=f"wish-{number}", at=at, by="ana", text="?", message_id=f"wamid.{number}" if taken else None
            )


def tell(conversation: Conversation, fact: ThreadNews | CallMade | PermissionRequest) -> Conversation:
    match fact:
        case CallMade():
            return thread.add_call(conversation, fact)
        case PermissionRequest():
            return thread.add_outgoing(conversation, fact)
        case _:
            return thread.hear(conversation, fact)


def told(facts: list[ThreadNews | CallMade | PermissionRequest], start: Conversation = EMPTY) -> Conversation:
    for fact in facts:
        start = tell(start, fact)
    return start


@given(st.data(), st.lists(facts(), max_size=14))
def test_order_and_repetition_change_nothing(
    data: st.DataObject, some: list[ThreadNews | CallMade | PermissionRequest]
) -> None:
    again = data.draw(
        st.permutations([*some, *data.draw(st.lists(st.sampled_from(some), max_size=5) if some else st.just([]))])
    )
    assert told(again) == told(some), "the thread depends on the order or the number of deliveries"


@given(st.lists(st.tuples(facts(), st.booleans()), max_size=14))
def test_two_that_are_one_make_the_thread_of_one(
    some: list[tuple[ThreadNews | CallMade | PermissionRequest, bool]],
) -> None:
    """A user id and a number that turn out to be one user (#104, #105)."""
    by_id = told([fact for fact, known in some if known])
    by_number = told([fact for fact, known in some if not known], replace(EMPTY, id="c2", customer_id="u2"))
    joined = thread.join(by_id, by_number)
    assert joined == told([fact for fact, _ in some]), "joining loses or invents something"
    assert thread.join(joined, by_number) == joined, "joining twice is not joining once"


@given(st.lists(facts(), max_size=14))
def test_what_is_known_is_the_very_same_record(some: list[ThreadNews | CallMade | PermissionRequest]) -> None:
    conversation = told(some)
    for fact in some:
        assert tell(conversation, fact) is conversation, "a duplicate costs a write and wakes every page"


def _request(**changes: object) -> PermissionRequest:
    return replace(PermissionRequest(id="wish-1", at=100.0, by="ana", text="May we?"), **changes)


def _status(state: MessageState, at: float = 200.0, **changes: object) -> MessageStatus:
    status = MessageStatus(message_id="wamid.1", phone_number_id="p", customer=NOOR, state=state, at=at)
    return replace(status, **changes)


def _shown(conversation: Conversation, now: float = NOW) -> view.PermissionRequestView:
    (entry,) = (
        one
        for one in view.thread(conversation, Contact(id="u1"), now).entries
        if isinstance(one, view.PermissionRequestView)
    )
    return entry


def test_statuses_before_the_answer_of_meta_are_not_lost() -> None:
    conversation = told([_request(), _status(MessageState.DELIVERED), _status(MessageState.SENT, 150.0)])
    assert _shown(conversation, 101.0).sending.state is SendState.SENDING, "a status of a stranger was taken for ours"
    sending = _shown(told([_request(message_id="wamid.1")], conversation)).sending
    assert (sending.state, sending.sent_at, sending.delivered_at) == (SendState.DELIVERED, 150.0, 200.0), "lost"


def test_a_lost_answer_is_settled_by_a_status() -> None:
    conversation = told([_request()])
    assert _shown(conversation, 100.0 + view.PATIENCE_S).sending.state is SendState.UNSETTLED, "nobody says so"
    settled = told([_status(MessageState.SENT, own_key="wish-1")], conversation)
    assert _shown(settled).sending.state is SendState.SENT, "the agent would send a second time"
    reply = PermissionReply(
        message_id="wamid.r",
        phone_number_id="p",
        customer=NOOR,
        replied_at=300.0,
        response=Response.ACCEPT,
        request_id="wamid.1",
    )
    assert _shown(told([reply], settled)).answer is not None, "the answer does not find its request"


def test_a_failure_names_metas_reason_and_what_to_do() -> None:
    """#107."""
    failed = _status(MessageState.FAILED, errors=(MetaError(131026, "Undeliverable"),))
    sending = _shown(told([_request(message_id="wamid.1"), failed])).sending
    assert sending.state is SendState.FAILED, "a failed message looks sent"
    assert [(why.code, why.reason) for why in sending.failures] == [(131026, "Undeliverable")], "no reason"
    assert sending.failures[0].advice, "no advice"
    refused = _shown(told([_request(refused=MetaError(138009, "Too many"))])).sending
    assert (refused.state, refused.failures[0].code) == (SendState.REFUSED, 138009), "a refusal is not shown"


def test_the_latest_answer_counts() -> None:
    replies = [
        PermissionReply(
            message_id=f"wamid.r{at}",
            phone_number_id="p",
            customer=NOOR,
            replied_at=at,
            response=response,
            request_id="wamid.1",
        )
        for at, response in ((300.0, Response.REJECT), (400.0, Response.ACCEPT), (350.0, Response.REJECT))
    ]
    for order in itertools.permutations(replies):
        answer = _shown(told([*order, _request(message_id="wamid.1")])).answer
        assert answer is not None, "the answer is lost"
        assert (answer.response, answer.at) == (Response.ACCEPT, 400.0), "an older answer counts"


def test_what_opens_the_window() -> None:
    wrote = UserMessage(message_id="w", phone_number_id="p", customer=NOOR, sent_at=1000.0, kind="text")
    missed = CallMade(id="a", at=2000.0, direction=Direction.INBOUND, outcome=Outcome.MISSED, ended_at=2010.0)
    accepted = CallMade(
        id="b",
        at=3000.0,
        direction=Direction.OUTBOUND,
        outcome=Outcome.ANSWERED,
        answered_at=3005.0,
        ended_at=3010.0,
    )
    unanswered = replace(accepted, id="c", answered_at=None, outcome=Outcome.UNANSWERED)
    for fact, opened in ((wrote, 1000.0), (missed, 2000.0), (accepted, 3005.0), (unanswered, None)):
        assert tell(EMPTY, fact).opened_at == opened, f"{fact} opens the window wrongly"
    summary = view.summary(tell(EMPTY, wrote), Contact(id="u1"), 1000.0 + 86_399.0)
    assert summary.window_until == 1000.0 + 86_400.0, "the window closes at another time"
    assert view.summary(tell(EMPTY, wrote), Contact(id="u1"), 1000.0 + 86_400.0).window_until is None, "open too long"


def test_a_customer_who_comes_back_opens_a_solved_conversation() -> None:
    solved = replace(EMPTY, form=Form(status=Status.SOLVED, edited_at=1000.0))
    wrote = UserMessage(message_id="w", phone_number_id="p", customer=NOOR, sent_at=1001.0, kind="text")
    assert view.status(tell(solved, wrote)) is Status.OPEN, "a customer who writes again is overlooked"
    assert view.status(tell(solved, replace(wrote, sent_at=999.0))) is Status.SOLVED, "a late webhook opens it"


def test_a_long_thread_turns_pages_and_loses_nothing() -> None:
    conversation, pages = EMPTY, []
    for number in range(1, 3 * thread.MAX_ENTRIES + 1):
        wrote = UserMessage(
            message_id=f"wamid.{number}", phone_number_id="p", customer=NOOR, sent_at=float(number), kind="text"
        )
        conversation, page = thread.turn_page(tell(conversation, wrote))
        pages += [page] if page is not None else []
        assert len(conversation.entries) <= thread.MAX_ENTRIES, "a record grows without end"
    assert tuple(page.id for page in pages) == conversation.pages, "a page is not found again"
    paged = b"".join(page.content for page in pages)
    kept = set(conversation.entries) | {f"wamid.{n}" for n in range(1, 1201) if b'"wamid.%d"' % n in paged}
    assert len(kept) == 3 * thread.MAX_ENTRIES, "entries are lost"
    again = UserMessage(message_id="wamid.3", phone_number_id="p", customer=NOOR, sent_at=3.0, kind="text")
    assert tell(conversation, again) is conversation, "a message in a page is told anew"
    late = _request(at=1.0)
    assert late.id in tell(conversation, late).entries, "a message of ours is lost because of the clock"


def test_strange_statuses_are_bounded() -> None:
    conversation = told([_request(message_id="wamid.1"), _status(MessageState.READ, 1.0)])
    for number in range(500):
        conversation = tell(conversation, _status(MessageState.SENT, 100.0 + number, message_id=f"wamid.x{number}"))
    assert len(conversation.deliveries) <= thread.MAX_STRANGE_DELIVERIES + 1, "another program fills our record"
    assert "wamid.1" in conversation.deliveries, "the status of our own message was dropped"


def test_joining_keeps_what_agents_wrote() -> None:
    note, draft = Note(id="n", by="ana", at=1.0, text="VIP"), Draft(id="d", by="ana", at=1.0, body="Hi")
    sent = _request(id="d2")
    one = replace(
        EMPTY, notes={"n": note}, form=Form(topic="old", edited_at=1.0), drafts={"d2": replace(draft, id="d2")}
    )
    other = tell(replace(EMPTY, id="c2", form=Form(topic="new", edited_at=2.0), drafts={"d": draft}), sent)
    joined = thread.join(one, other)
    assert joined.form.topic == "new", "the older form wins"
    assert (set(joined.notes), set(joined.drafts)) == ({"n"}, {"d"}), "a note or a draft is lost, or a sent draft back"
