"""Meta's Calling API. In: ``endpoint`` (HTTP), ``signature``, ``webhook`` (bytes in, events out). Out: ``graph`` (the
only HTTP to Meta). Both read Meta's JSON through ``payload`` and its error codes through ``errors``."""
