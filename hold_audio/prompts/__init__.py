"""The built-in prompts: ``texts`` (every locale's words, as data), ``phrases`` (pure: which clips say a place or a
wait), ``recordings`` (the clips, from files made by ``make``). Only ``make`` needs espeak-ng, and no server needs it.
"""
