"""What Ringbridge is measured with: the simulated WhatsApp, the demo, and the benchmarks.

- ``simulator``: WhatsApp, its callers and scripted agents, on loopback
- ``server_process``: a whole server in a process of its own; ``promises``: what it has to keep
- ``demo``: one call, its timeline and the caller's-ear report; ``keyboard``: for the person who plays the agent
"""
