"""Owns the Graph API's errors as Meta words them (whatsapp-calling 4)."""

from typing import Any


class Refusal(Exception):
    """Meta refuses a request."""

    def __init__(self, code: int, details: str, *, status: int = 400) -> None:
        super().__init__(f"({code}) {details}")
        self.code = code
        self.details = details
        self.status = status

    def body(self) -> dict[str, Any]:
        """The error's JSON."""
        return {
            "error": {
                "message": f"(#{self.code}) {_MEANINGS.get(self.code, 'Something went wrong')}",
                "type": "OAuthException",
                "code": self.code,
                "error_data": {"messaging_product": "whatsapp", "details": self.details},
                "fbtrace_id": "AbCdEfGhIjKlMnOpQrStUvW",
            }
        }


def invalid_parameter(details: str) -> Refusal:
    """100: a parameter is missing, wrong, or makes no sense in this state."""
    return Refusal(100, details)


def invalid_sdp(details: str) -> Refusal:
    """138008: the SDP of the business breaks a rule."""
    return Refusal(138008, details)


def invalid_token() -> Refusal:
    """190: no access token or a wrong one."""
    return Refusal(190, "Invalid OAuth access token", status=401)


_MEANINGS = {
    100: "Invalid parameter",
    190: "Invalid OAuth access token",
    613: "Calls to this api have exceeded the rate limit",
    131000: "Something went wrong",
    131009: "Parameter value is not valid",
    131030: "Recipient phone number not in allowed list",
    131044: "Business eligibility payment issue",
    131047: "Re-engagement message",
    131055: "Method not allowed",
    132000: "Number of parameters does not match the expected number of params",
    132001: "Template name does not exist in the translation",
    132005: "Translated text too long",
    132012: "Parameter format does not match",
    132015: "Template is paused",
    132016: "Template is disabled",
    138000: "Calling not enabled",
    138001: "Receiver uncallable",
    138002: "Concurrent calls limit",
    138003: "Duplicate call",
    138004: "Connection error",
    138005: "Call rate limit exceeded",
    138006: "No approved call permission from the recipient",
    138007: "Connect timeout",
    138008: "SDP validation error",
    138009: "Call permission request limit reached",
    138011: "Call permission request without a conversation",
    138012: "Business initiated calls limit reached",
    138013: "Business initiated calling is not available",
    138014: "Calling is paused",
    138017: "Call permission is already permanent",
}
