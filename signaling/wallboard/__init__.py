"""What a supervisor sees of the whole site: queues, agents, calls in progress, and how the day has gone so far."""
