"""Meta's Calling API: ``signature`` and ``webhook`` (bytes in, events out), ``graph`` (the only HTTP to Meta)."""
