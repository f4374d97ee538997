"""Meta's APIs of calls, messages and templates.

In: ``endpoint`` (HTTP), ``signature``, ``webhook`` and ``fields`` (bytes in, events out). Out: ``graph`` (calls),
``messages`` (messages, whose JSON is ``message_bodies``, and templates) and ``number`` (settings), the only HTTP to
Meta. All read Meta's JSON through ``payload`` and its error codes through ``errors``; ``advice`` says what they mean to
a person.
"""
