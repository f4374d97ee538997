"""What a caller hears while waiting. Imports nothing of ours.

Reading order: ``ringback`` (cadences by country, as data), ``synthesis`` and ``music`` (samples), ``encode`` (Opus
frames), ``clip``, ``library`` (the built-in clips, encoded once), ``prompts`` (places and waits in words);
``strategy`` (what a queue's callers hear, as data) and ``timeline`` (pure: what is played next, and when).

An installation's own sounds: ``reading``, ``loudness``, ``cutting``, ``checking``, joined by ``intake`` and kept by
``clip_file`` and ``shelf``.
"""
