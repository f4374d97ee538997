"""The life of one call, pure: ``events`` come in, ``machine.step`` answers with a new ``call`` and ``effects``."""
