"""Fairness: which sales look like wash trades, by which signals, and what staff said of them."""
