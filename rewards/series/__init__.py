"""Recurring rounds: a series makes one shipment a window by itself. It knows shipments, and they not it."""
