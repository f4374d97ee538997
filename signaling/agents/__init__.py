"""Agents in their browsers: ``messages`` (the protocol), ``tokens`` (who may sign in), ``session`` (pure: one tab),
``desk`` (all tabs of all agents), ``outbox`` (what is on its way to one tab), ``endpoint`` (the WebSocket)."""
