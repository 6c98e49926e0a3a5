"""The same conclusions as the engine's, in slow and obvious Python that shares no code with it."""
