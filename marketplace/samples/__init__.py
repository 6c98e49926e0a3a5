"""Real market data in our formats, and the converters that made it from the sources' own files."""
