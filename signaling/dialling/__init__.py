"""Calls that the business places, until the call machine has them: who is meant, and whether this may be now.

``customer`` (pure) reads whom an agent wants to phone, ``dials`` takes the wish from his tab to a call that has begun.
"""
