"""Owns the details of a call record for a person to read: its way, in seconds from the offer. Decides nothing."""

from collections.abc import Iterator

from signaling.calls.call import CallRecord, Played

_WIDTH = 10


def details(record: CallRecord) -> Iterator[str]:
    """Indented lines, one for each part of the record that has something to tell."""
    rows = {
        "times": _times(record),
        "queues": ", ".join(f"{stay.queue} {_at(record, stay.since)}" for stay in record.stays),
        "rung": ", ".join(
            f"{offer.agent} {_at(record, offer.rung_at)} {offer.outcome or 'open'}" for offer in record.offers
        ),
        "handed on": ", ".join(
            f"{transfer.kind} by {transfer.agent} to {transfer.to_agent or transfer.to_queue or '?'}"
            f" {_at(record, transfer.asked_at)} {transfer.outcome or 'open'}"
            for transfer in record.transfers
        ),
        "heard": "; ".join(_heard(record, played) for played in record.played),
        "alarms": ", ".join(
            f"{alarm.silent} not heard {_at(record, alarm.since)} to {_at(record, alarm.until or record.ended_at)}"
            for alarm in record.alarms
        ),
        "legs": ", ".join(
            f"{leg.leg} longest gap {leg.longest_gap_ms:.0f} ms, {leg.discontinuities} breaks" for leg in record.legs
        ),
    }
    return (f"    {name:<{_WIDTH}}{told}" for name, told in rows.items() if told)


def _times(record: CallRecord) -> str:
    moments = {
        "ringing": record.ringing_at,
        "accepted": record.accepted_at,
        "first audio": record.first_audio_at,
        "bridged": record.answered_at,
        "ended": record.ended_at,
    }
    told = [f"{name} {_at(record, at)}" for name, at in moments.items() if at is not None]
    held = [f"on hold {record.held_s:.1f} s"] if record.held_s else []
    return ", ".join((*told, *held))


def _heard(record: CallRecord, played: Played) -> str:
    times = f" {played.times} times" if played.times > 1 else ""
    return f"{played.what} of {played.queue} {_at(record, played.first_at)}{times}: {' '.join(played.clips)}"


def _at(record: CallRecord, moment: float) -> str:
    return f"+{moment - record.offered_at:.1f} s"
