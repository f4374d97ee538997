"""Owns how the server logs: JSON lines (or coloured text on a terminal) on stderr, static messages with fields.

Levels: ``debug`` every ignored event, ``info`` what an operator may want to see of each call, ``warning`` what works
again by itself, ``error`` what needs a person. Nothing personal is ever logged; ``mask`` is the net below the rope
walker, and the test suite fails when it catches something.
"""

import logging
import re
import sys
from typing import Any

import structlog

PERSONAL = re.compile(
    r"v=0\r?\n"  # An SDP body.
    r"|eyJ[\w-]{8,}\.[\w-]+"  # A JSON Web Token.
    r"|wacid\.[\w=+/-]+"  # A call id of Meta's, which holds the user's number in Base64.
    r"|\b(?!127\.|0\.0\.0\.0)(?:\d{1,3}\.){3}\d{1,3}\b"  # An IPv4 address other than loopback.
    r"|(?<![\w.:-])\+?\d{9,15}(?![\w.:-])"  # A phone number or one of Meta's number ids.
)
"""What must not be in a log (design rule 11)."""


def mask(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Replace what looks personal in every field. A processor of structlog."""
    for field, value in event.items():
        if isinstance(value, str):
            event[field] = PERSONAL.sub("***", value)
    return event


def configure(level: str = "info") -> None:
    """Set up structlog and the standard library's logging, once, at the start of the process."""
    numeric = logging.getLevelNamesMapping()[level.upper()]
    terminal = sys.stderr.isatty()
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            mask,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Libraries below us log addresses and SDP at info and debug; only their warnings may pass.
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s", force=True
    )
