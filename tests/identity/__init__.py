"""Signing in with a wallet, linking, and the XP that follows."""
