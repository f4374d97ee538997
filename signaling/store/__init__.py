"""Records that outlive a moment. ``contract`` says what a store is, ``memory`` and ``sqlite`` are two; ``inbox`` keeps
webhooks until they are worked on, ``records`` keeps live calls, tombstones of ended ones and call records."""
