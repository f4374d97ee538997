"""What Ringbridge is measured with: the simulated WhatsApp, the demo, and the benchmarks.

- ``simulator``: WhatsApp, its callers and scripted agents, on loopback
- ``server_process``: a whole server in a process of its own; ``promises``: what it has to keep
- ``demo``: one call, its timeline and the caller's-ear report; ``keyboard``: for the person who plays the agent
- ``relay``, ``waiting``, ``setup``: what a server costs and how it sounds; ``load``: traffic for a server of one's own
- ``board``: the waiting room, ``verdicts``: the permission policy, over ``stores``; ``redis_process``: a Redis for it
- ``crowd``: callers and agents by the thousand; ``usage``, ``cores``, ``spread``, ``machine``, ``report``: figures
- ``series`` runs them all, ``page`` and ``plots`` write ``results``
"""
