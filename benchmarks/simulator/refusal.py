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
    """138008: the SDP answer breaks a rule."""
    return Refusal(138008, details)


def invalid_token() -> Refusal:
    """190: no access token or a wrong one."""
    return Refusal(190, "Invalid OAuth access token", status=401)


_MEANINGS = {
    100: "Invalid parameter",
    190: "Invalid OAuth access token",
    131000: "Something went wrong",
    138004: "Connection error",
    138007: "Connect timeout",
    138008: "SDP validation error",
}
