"""Owns the shapes of messages and of account news in Meta's JSON, for the lenient reading of ``payload``. Pure."""

import msgspec

from signaling.whatsapp.payload import ABSENT


class MessagesValue(msgspec.Struct):
    """The value of a change of the field ``messages``."""

    metadata: msgspec.Raw = ABSENT
    contacts: msgspec.Raw = ABSENT
    messages: msgspec.Raw = ABSENT
    statuses: msgspec.Raw = ABSENT
    errors: msgspec.Raw = ABSENT


class MessageItem(msgspec.Struct, rename={"from_": "from"}):
    """One element of ``messages``; its content stands in the part that is named like its type."""

    id: object = None
    from_: object = None
    from_user_id: object = None
    timestamp: object = None
    type: object = None
    context: msgspec.Raw = ABSENT
    interactive: msgspec.Raw = ABSENT
    text: msgspec.Raw = ABSENT
    button: msgspec.Raw = ABSENT
    image: msgspec.Raw = ABSENT
    video: msgspec.Raw = ABSENT
    document: msgspec.Raw = ABSENT
    reaction: msgspec.Raw = ABSENT
    location: msgspec.Raw = ABSENT


class Context(msgspec.Struct):
    """The message that a message answers."""

    id: object = None


class Interactive(msgspec.Struct):
    """What a customer did with a message of ours."""

    type: object = None
    call_permission_reply: msgspec.Raw = ABSENT
    button_reply: msgspec.Raw = ABSENT
    list_reply: msgspec.Raw = ABSENT


class PermissionReplyItem(msgspec.Struct):
    """The customer's answer to a call permission request."""

    response: object = None
    is_permanent: object = None
    expiration_timestamp: object = None
    response_source: object = None


class Shown(msgspec.Struct):
    """Words that a message of any type may hold."""

    body: object = None
    text: object = None
    title: object = None
    caption: object = None
    emoji: object = None
    filename: object = None
    name: object = None
    address: object = None


class MessageStatusItem(msgspec.Struct):
    """One element of ``statuses`` of the field ``messages``."""

    id: object = None
    status: object = None
    timestamp: object = None
    recipient_id: object = None
    recipient_user_id: object = None
    errors: msgspec.Raw = ABSENT
    biz_opaque_callback_data: object = None


class AccountValue(msgspec.Struct):
    """The value of a change of the field ``account_update``."""

    event: object = None
    phone_number: object = None
    restriction_info: msgspec.Raw = ABSENT
    violation_info: msgspec.Raw = ABSENT


class RestrictionItem(msgspec.Struct):
    """One restriction of an account."""

    restriction_type: object = None
    expiration: object = None
    remediation: object = None


class ViolationItem(msgspec.Struct):
    """What an account is warned for."""

    violation_type: object = None
    remediation: object = None


class AccountSettingsValue(msgspec.Struct):
    """The value of a change of the field ``account_settings_update``."""

    timestamp: object = None
    phone_number_settings: msgspec.Raw = ABSENT


class PhoneNumberSettings(msgspec.Struct):
    """Settings of one business number."""

    phone_number_id: object = None
    calling: msgspec.Raw = ABSENT


class CallingItem(msgspec.Struct):
    """The call settings, as far as they decide who may call."""

    status: object = None


class TemplateValue(msgspec.Struct):
    """The value of a change of the field ``message_template_status_update``."""

    event: object = None
    message_template_name: object = None
    message_template_language: object = None
    reason: object = None
