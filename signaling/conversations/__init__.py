"""Everything between a business and a customer that is not a live call: threads, permission requests, call buttons.

What is pure: ``news`` that Meta tells become a ``conversation`` through ``thread``, which is shown by ``view``;
``contact``, ``template``, ``compose`` and ``window`` have the rules of their names. Over the store: ``contacts``,
``threads``, ``senders`` and ``shelf``. News come in through ``intake`` and ``call_log``, messages go out through
``postbox``. Pages and programs use ``service`` (read, fill in, note, draft) and ``requests`` (write to customers), and
are told of changes by ``watchers``.
"""
