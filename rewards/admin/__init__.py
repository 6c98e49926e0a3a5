"""The staff's admin: decisions first, then trends, then tables."""
