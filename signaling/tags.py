"""Owns how a call is named in logs and file names. A WACID holds the caller's number in Base64, so it never appears."""

import hashlib


def call_tag(call_id: str) -> str:
    """Twelve hex digits that stand for the call wherever a person may read along."""
    return hashlib.sha256(call_id.encode()).hexdigest()[:12]
