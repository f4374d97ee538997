"""The waiting room: ``board`` (pure: who waits, who is free, who gets whom) and ``dispatcher`` (its shell)."""
