"""Who is there: wallets that prove themselves by a signature, and which of them are one collector."""
