"""Records that outlive a moment: ``contract`` says what a store is, ``memory`` and ``sqlite`` are two."""
