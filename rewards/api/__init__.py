"""The API for other programs: one call into a stage a view, and every error as a problem document."""
