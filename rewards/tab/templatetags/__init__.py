"""Template filters of the tab."""
