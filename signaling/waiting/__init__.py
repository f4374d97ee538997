"""The waiting room of a site.

Pure: ``rules`` (what was decided), ``routes`` (which queue), ``board`` (who waits, who is here), ``matching`` (who gets
whom), ``overflow`` (who may not stay), ``visits`` (who was here before), ``places`` (what callers may be told) and
``deadlines`` (when to look again). Shells: ``reception`` (the door) and ``dispatcher`` (the record).
"""
