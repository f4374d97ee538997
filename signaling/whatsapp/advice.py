"""Owns what a person is told when Meta refuses: Meta's code and words, and what to do (#107). Pure data and rules.

Sources: Meta, Cloud API error codes and calling troubleshooting (2026-06-24).
"""

import msgspec

from signaling.calls.events import MetaError
from signaling.whatsapp.errors import ERRORS, NO_CODE, Remedy

MEANINGS = {
    131008: "A required parameter is missing",
    131009: "A parameter has a value that is not possible",
    131021: "Sender and recipient are the same number",
    131026: "The message could not be delivered",
    131031: "The WhatsApp Business Account is locked",
    131042: "There is a problem with the payment method",
    131047: "More than 24 hours have passed since the customer last wrote",
    131048: "The number has been sending too many messages that were taken for spam",
    131049: "Meta chose not to deliver this message, to keep customers engaged",
    131056: "Too many messages between this number and this customer",
    130429: "The number sends too many messages at a time",
    132000: "The number of values does not match the template",
    132001: "There is no such template in this language",
    132005: "The text is too long with these values",
    132007: "The template breaks a rule of WhatsApp's",
    132012: "A value has another form than the template expects",
    132015: "The template is paused because of low quality",
    132016: "The template is disabled for good because of low quality",
    138011: "A permission request cannot be the first message of a conversation",
    138015: "The messaging limit of the number is too low for calling",
    138018: "Calling lacks a subscription to the field calls, or SIP",
}
"""What codes mean that only messages and settings know; those of calls are in ``errors``."""

ADVICE = {
    4: "Try again in some minutes.",
    10: "Ask your administrator to give the access token the permission it lacks.",
    100: "Check the text and the values; if they are right, tell your administrator.",
    190: "Ask your administrator to renew the access token.",
    200: "Ask your administrator to give the access token the permission it lacks.",
    613: "Try again in some seconds.",
    80007: "Try again in some minutes.",
    130429: "Try again in a minute.",
    130497: "Use another of your numbers for this country.",
    131008: "Fill in every value.",
    131009: "Check the values. A call button is not possible from every country: then send a text instead.",
    131021: "Choose another customer.",
    131026: "The customer may have an old WhatsApp, or not be on WhatsApp. Send a text, or use another channel.",
    131030: "Ask your administrator to add the customer to the list of the test number.",
    131031: "Ask your administrator to look at the account in Meta's Business Manager.",
    131042: "Ask your administrator to mend the payment method in Meta's Business Manager.",
    131044: "Ask your administrator to add a payment method in Meta's Business Manager.",
    131047: "Send a template, or wait until the customer writes or phones.",
    131048: "Send less for now, and look at the quality rating of the number.",
    131049: "Do not send it again today; wait until the customer writes.",
    131055: "This number is phoned through SIP; use another one.",
    131056: "Wait a minute before the next message to this customer.",
    132000: "Fill in every variable of the template.",
    132001: "Reload the templates and choose another language.",
    132005: "Use shorter values.",
    132007: "Choose another template.",
    132012: "Check the values: dates, amounts and links must look like the template's examples.",
    132015: "Choose another template until Meta resumes this one.",
    132016: "Choose another template.",
    138000: "Ask your administrator to enable calling for this number.",
    138001: "The customer cannot be called on WhatsApp; send a message instead.",
    138002: "Wait until other calls of this number have ended.",
    138003: "Wait until the present call with this customer is over.",
    138004: "Call again in a moment.",
    138005: "Call later: a number may begin 10,000 calls in 24 hours.",
    138006: "Ask the customer for permission to call.",
    138007: "Call again in a moment.",
    138008: "Tell your administrator: Meta cannot use the server's SDP.",
    138009: "Wait until a further request is allowed, or send a call button by which the customer phones you.",
    138011: "Send another message or a template first, or wait until the customer writes.",
    138012: "Wait until a further call is allowed.",
    138013: "This number may not phone customers; send a call button by which the customer phones you.",
    138014: "Calling is paused by Meta; look at the quality rating of the number.",
    138015: "Ask your administrator to raise the messaging limit of the number.",
    138017: "You need not ask: the customer has allowed calls for good. Call.",
    138018: "Ask your administrator to subscribe the app to the field calls.",
    138019: "Call again in a moment.",
    138020: "Call again in a moment.",
    138021: "Ask your administrator whether the firewall lets UDP out to Meta.",
    138022: "Ask your administrator whether the firewall lets UDP in from Meta.",
    138023: "Ask your administrator whether the firewall lets UDP through both ways.",
}
_BY_REMEDY = {
    Remedy.RETRY: "Try again in a moment.",
    Remedy.WAIT: "Wait some minutes and try again.",
    Remedy.NONE: "Tell your administrator this code.",
}
UNREACHED = "Check the connection of the server to Meta, and try again."


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal of Meta's for a person."""

    code: int
    """Meta's; 0 if no answer came."""
    reason: str
    """Meta's own words, or what the code means."""
    advice: str
    """What to do."""


def explain(error: MetaError) -> Explained:
    """What Meta's refusal means and what to do about it."""
    known = ERRORS.get(error.code)
    meaning = known.meaning if known else MEANINGS.get(error.code, "")
    if error.code == NO_CODE:
        return Explained(code=NO_CODE, reason=error.text or "Meta gave no answer", advice=UNREACHED)
    advice = ADVICE.get(error.code) or _BY_REMEDY[known.remedy if known else Remedy.NONE]
    return Explained(code=error.code, reason=error.text or meaning or "Meta gave no reason", advice=advice)
