"""Owns the ledgers in the store: one record for each business number and user, found by user id or by number.

A user known by both has one ledger, under the user id; the record under the number only says where that is. When the
two turn out to be the same user, the number's ledger moves in three commits, each perhaps the last before a crash:

1. the number's record says where it belongs, and still holds its ledger;
2. the ledger under the user id takes in what that one holds (a union: doing it twice changes nothing);
3. the number's record lets go of its ledger.

Whoever comes across a ledger between 1 and 3 goes on from there before anything else, and whoever was about to change
the number's ledger finds that its version is gone and begins anew. So no fact is lost, and none counts twice.
"""

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from policy.forgetting import prune
from policy.history import merge
from policy.records import Ledger
from signaling.clock import Clock
from signaling.permissions.pair import Pair
from signaling.store.contract import Store, StoreUnavailable, Versioned

ATTEMPTS: Final = 100
"""Lost races for one record before giving up. Of all who race one wins each round: so many rivals are a fault."""

_Told = TypeVar("_Told")


class _Record(msgspec.Struct, frozen=True, omit_defaults=True):
    ledger: Ledger = Ledger()
    moved_to: str | None = None
    """Key of the record to which the ledger belongs; what is still in this one has to go there."""


_EMPTY: Final = Ledger()
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Record)


class Ledgers:
    """Reads and changes ledgers. Every method raises StoreUnavailable. Given: the store, which the caller closes."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def read(self, pair: Pair) -> Ledger:
        """What is known of the pair; an empty ledger if nothing is."""
        return _ledger(await self._store.load(await self._home(pair)))

    async def change(self, pair: Pair, change: Callable[[Ledger], tuple[Ledger, _Told]]) -> _Told:
        """Replace the ledger by what ``change`` makes of it, in one commit, and return what else it tells.

        If somebody else was faster it is called again with what he left, so it must have no effects of its own.
        Without a difference nothing is written.
        """
        for _ in range(ATTEMPTS):
            key = await self._home(pair)
            held = await self._store.load(key)
            record = _record(held)
            if record.moved_to is not None:
                # It moved since its home was looked up.
                continue
            changed, told = change(record.ledger)
            if changed == record.ledger or await self._commit(key, held, _Record(changed)):
                return told
        raise StoreUnavailable(f"lost {ATTEMPTS} races for one ledger")

    async def _home(self, pair: Pair) -> str:
        """Key of the record that holds the pair's ledger, after whatever has to move has moved."""
        home, number_key = pair.id_key, pair.number_key
        if number_key is None:
            assert home is not None, "a pair has a key"
            return home
        for _ in range(ATTEMPTS):
            held = await self._store.load(number_key)
            record = _record(held)
            if record.moved_to is not None and record.ledger != _EMPTY:
                await self._move(number_key, held, record.moved_to)
            elif home is None or record.moved_to == home:
                return record.moved_to or number_key
            else:
                # Known by both from now on, or the number belongs to another user than before.
                await self._commit(number_key, held, _Record(record.ledger, moved_to=home))
        raise StoreUnavailable(f"lost {ATTEMPTS} races for one ledger")

    async def _move(self, number_key: str, held: Versioned | None, home: str) -> None:
        leaving = _record(held).ledger
        for _ in range(ATTEMPTS):
            there = await self._store.load(home)
            united = prune(merge(_ledger(there), leaving), self._clock())
            if united == _ledger(there) or await self._commit(home, there, _Record(united)):
                await self._commit(number_key, held, _Record(moved_to=home))
                return
        raise StoreUnavailable(f"lost {ATTEMPTS} races for one ledger")

    async def _commit(self, key: str, held: Versioned | None, record: _Record) -> bool:
        return bool(await self._store.commit(key, held.version if held else 0, _encoder.encode(record)))


def _record(held: Versioned | None) -> _Record:
    return _decoder.decode(held.value) if held else _Record()


def _ledger(held: Versioned | None) -> Ledger:
    return _record(held).ledger
