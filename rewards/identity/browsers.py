"""What a browser is called, for the collector who looks where they are signed in."""

# By what a User-Agent has, the telling ones first: most name those that they were once like, too.
BROWSERS = (
    ("MetaMask", "MetaMask"),
    ("Rainbow", "Rainbow"),
    ("CoinbaseWallet", "Coinbase Wallet"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def name(user_agent: str) -> str:
    """A browser in words, such as Firefox on Windows; empty where neither half is known."""
    known = [next((word for mark, word in words if mark in user_agent), "") for words in (BROWSERS, SYSTEMS)]
    return " on ".join(word for word in known if word)
