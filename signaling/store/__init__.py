"""Records that outlive a moment. ``contract`` says what a store is, ``memory``, ``sqlite`` and ``redis`` are three;
``inbox`` keeps webhooks until they are worked on, ``records`` keeps live calls, tombstones of ended ones and call
records."""
