"""The waiting room of a site.

Pure: ``rules`` (what was decided), ``routes`` (which queue), ``board`` (who waits, who is here), ``matching`` (who gets
whom), ``overflow`` (who may not stay), ``visits`` (who was here before), ``places`` and ``pace`` (what callers may be
told) and ``deadlines`` (when to look again). Shells: ``reception`` (the door), ``dispatcher`` (the record) and ``view``
(what it tells those who play announcements).
"""
