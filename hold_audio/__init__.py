"""What a caller hears while waiting. Imports nothing of ours.

Reading order: ``ringback`` (cadences by country, as data), ``synthesis`` and ``music`` (samples), ``encode`` (Opus
frames), ``clip``, ``library`` (all clips, encoded once), ``strategy`` (pure: the programme a waiting caller hears).
"""
