"""Owns taking a record away for good, whoever changes it meanwhile."""

from signaling.store.contract import Store


async def remove(store: Store, key: str) -> bool:
    """Delete the record; whether there was one. Raises StoreUnavailable."""
    while (held := await store.load(key)) is not None:
        if await store.commit(key, held.version, None):
            return True
    return False
