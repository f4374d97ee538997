"""Owns a site for pictures of the conversation panel: a thread with everything in it, templates, a refused permission.

Made of the server's own types, so that a change of those is a change here.
"""

import time
from typing import Any

import msgspec

from policy.records import Answer, Request, Status
from policy.records import Delivery as Sent
from policy.verdict import Ask, Caution, Explanation, Permission, Reason, Verdict, Warned
from signaling.calls.events import Direction
from signaling.conversations import view
from signaling.conversations.contact import Contact
from signaling.conversations.conversation import Draft, Form, Note, Outcome, Priority, TemplateUse
from signaling.conversations.news import Response
from signaling.conversations.senders import Sender
from signaling.conversations.template import Part, Preview, Template, Variable
from signaling.whatsapp.advice import Explained
from tests.interop.scripted_desk import ScriptedDesk

PNID = "445566778899001"
ID = "c0123456789abcdef012"
HOUR_S = 3600.0
MARIA = Contact(id="u1", number="447700900123", user_id="GB.1", name="Maria Okafor", talks_with=(PNID,))


def thread(now: float) -> view.Thread:
    """Everything a thread can hold."""
    sent, failed = view.Sending(state=view.SendState.READ), view.SendState.FAILED
    why = Explained(code=131026, reason="Message undeliverable", advice="The customer may have an old WhatsApp.")
    call: dict[str, Any] = {"reason": "", "payloads": ()}
    entries: tuple[view.EntryView, ...] = (
        view.UserMessageView(id="w1", at=now - 5 * HOUR_S, type="text", text="Where is my order 5521?", reply_to=None),
        view.PermissionRequestView(
            id="r1",
            at=now - 4 * HOUR_S,
            by="Amara Osei",
            text="May we call you about order 5521?",
            template=TemplateUse(name="ask_call_v1", language="en_GB"),
            sending=sent,
            answer=view.Answer(response=Response.REJECT, at=now - 3 * HOUR_S, permanent=False, expires_at=None),
        ),
        view.PermissionAnswerView(
            id="w2",
            at=now - 3 * HOUR_S,
            response=Response.REJECT,
            permanent=False,
            expires_at=None,
            automatic=False,
            request="r1",
        ),
        view.CallButtonView(
            id="b1",
            at=now - 2 * HOUR_S,
            by="Amara Osei",
            text="Tap to talk to us.",
            label="Call us",
            payload="order-5521",
            works_until=now + 90 * HOUR_S,
            template=None,
            sending=view.Sending(state=failed, failed_at=now - 2 * HOUR_S, failures=(why,)),
        ),
        view.CallView(
            id="k1",
            at=now - 1.5 * HOUR_S,
            direction=Direction.INBOUND,
            outcome=Outcome.ANSWERED,
            answered_at=now - 1.5 * HOUR_S,
            ended_at=now - 1.4 * HOUR_S,
            duration_s=192.0,
            agent="Amara Osei",
            **call,
        ),
        view.CallView(
            id="k2",
            at=now - HOUR_S,
            direction=Direction.INBOUND,
            outcome=Outcome.MISSED,
            answered_at=None,
            ended_at=now - HOUR_S,
            duration_s=0.0,
            agent=None,
            **call,
        ),
    )
    return view.Thread(
        summary=summary(now),
        entries=entries,
        notes=(Note(id="n1", by="Amara Osei", at=now - 1.2 * HOUR_S, text="Wants a refund of 20.\nVery polite."),),
        drafts=(Draft(id="d1", by="Kenji Sato", at=now, body="We can call you tomorrow.", label="Call us"),),
        older_pages=("p1",),
    )


def summary(now: float) -> view.Summary:
    """The line of it."""
    return view.Summary(
        id=ID,
        revision=7,
        phone_number_id=PNID,
        business_number="442079460018",
        contact=MARIA,
        form=Form(topic="Order 5521 is late", tags=("order", "refund"), priority=Priority.HIGH, queue="sales"),
        last_at=now - HOUR_S,
        window_until=now + 23 * HOUR_S,
    )


def refused(now: float) -> Explanation:
    """The customer has said no."""
    no, asked = Reason.PERMISSION_REJECTED, Reason.REQUESTS_PER_DAY
    caution = Warned(caution=Caution.META_DISAGREES, words="")
    return Explanation(
        at=now,
        profile="meta_present",
        call=Verdict(ask=Ask.CALL, allowed=False, reason=no, words="", warnings=(caution,)),
        request=Verdict(ask=Ask.REQUEST, allowed=False, reason=asked, words="", free_at=now + 20 * HOUR_S),
        permission=Permission(status=Status.NO_PERMISSION, reason=no),
        run=0,
        run_warns=2,
        run_revokes=4,
        outstanding=None,
        outstanding_until=None,
        requests=(Request(id="r1", at=now - 4 * HOUR_S, delivery=Sent.SENT),),
        answers=(Answer(id="w2", at=now - 3 * HOUR_S, accepted=False),),
        calls=(),
        snapshot=None,
        refusals=(),
    )


def askable(now: float) -> Explanation:
    """Nothing has happened yet."""
    none = Reason.NO_PERMISSION
    return msgspec.structs.replace(
        refused(now),
        call=Verdict(ask=Ask.CALL, allowed=False, reason=none, words=""),
        request=Verdict(ask=Ask.REQUEST, allowed=True, reason=Reason.ALLOWED, words=""),
        permission=Permission(status=Status.NO_PERMISSION, reason=none),
        requests=(),
        answers=(),
    )


def furnish(desk: ScriptedDesk, *, permission: Explanation | None = None) -> None:
    """Let the REST interface of this desk tell of the site."""
    now = time.time()
    restricted = "Meta has restricted calls of this number."
    template = Template(
        id="1",
        name="ask_call_v1",
        language="en_GB",
        status="APPROVED",
        category="UTILITY",
        body="Hello {{1}}, may we call you about case {{2}}?",
        asks_permission=True,
        variables=(
            Variable(key="1", part=Part.BODY, name="1", example="Noor"),
            Variable(key="2", part=Part.BODY, name="2", example="4711"),
        ),
        tags=("orders",),
    )
    preview = Preview(
        header=None, body="Hello Maria, may we call you about case {{2}}?", footer=None, buttons=(), missing=("2",)
    )
    senders = (
        Sender(
            phone_number_id=PNID,
            number="442079460018",
            name="Support",
            can_chat=True,
            can_call=True,
            can_be_called=True,
        ),
        Sender(
            phone_number_id="2",
            number="442079460019",
            name="Sales",
            can_chat=True,
            can_call=False,
            can_be_called=True,
            why_not=restricted,
            until=now + 50 * HOUR_S,
        ),
    )
    told = {
        "GET /conversations": {"conversations": [summary(now)]},
        f"GET /conversations/{ID}": thread(now),
        "GET /conversations/with": thread(now),
        "GET /contacts": {"contacts": [MARIA]},
        "GET /senders": {"senders": senders},
        "GET /templates": {"templates": [template]},
        "POST /templates/preview": preview,
        "GET /permissions": permission or refused(now),
    }
    desk.rest.update(msgspec.to_builtins(told))
