"""What a Django team would write first, with tables of its own that the engine does not know."""
