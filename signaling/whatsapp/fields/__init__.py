"""The fields of Meta's webhooks, one module each: what a change of the field holds becomes events.

``surroundings`` reads what the items of a change share, ``findings`` says what a reading finds.
"""
