"""Agents in their browsers: ``messages`` (the protocol), ``tokens`` (who may sign in), ``session`` (pure: one tab),
``tabs`` (which are open), ``desk`` (what they say), ``notices`` (what calls tell them), ``sideline`` (what concerns no
call), ``outbox`` (what is on its way to one tab), ``endpoint`` (the WebSocket)."""
