"""Measures the engine on a synthetic market, each step against the fastest thing that does the same."""
