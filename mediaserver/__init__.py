"""Who hears what: packets, legs and the process.

Reading order: ``packets`` (the native engine), ``legs`` (ICE, DTLS, SDP), ``media_port`` (what calls ask of media),
``config``, ``app`` (the only place where concrete things are built and joined), ``__main__`` (the command line).
"""
