"""
A wallet extension for browser tests that really signs: EIP-1193 in the page, the keys in Python.

    page, wallet = signed_in(browser.new_context(), server, "ann")

opens a page on which the wallet of ann has signed in, for tests of what is one's own. Her address is
``tests.identity.given.at("ann")``.
"""

from typing import Any

from eth_account.messages import encode_defunct
from playwright.sync_api import BrowserContext, Page, expect

from tests.identity.given import key

# Announces itself as EIP-6963 asks, and hands every request to Python.
PROVIDER = """
(() => {
  const provider = {
    async request({ method, params }) {
      const told = await window.holdfastWallet(method, params ?? []);
      if (told.error) throw Object.assign(new Error(told.error.message), { code: told.error.code });
      return told.result;
    },
    on() {},
    removeListener() {},
  };
  const info = Object.freeze({
    uuid: "5c1b8a4e-9a53-4b0b-8a3f-0d6f0f2a7c11",
    name: "Test wallet",
    icon: "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'>"
      + "<circle cx='4' cy='4' r='4' fill='%23f60'/></svg>",
    rdns: "example.holdfast.test",
  });
  const announce = () => window.dispatchEvent(
    new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) })
  );
  window.addEventListener("eip6963:requestProvider", announce);
  announce();
})();
"""


class Wallet:
    """The extension: which account it shows, whether its person agrees, and what was asked of it."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.agrees = True
        self.signed: list[str] = []

    def __call__(self, method: str, params: list[Any]) -> dict[str, Any]:
        """Answer a request of the page."""
        if method == "eth_requestAccounts":
            return {"result": [str(key(self.account).address)]}
        if method == "personal_sign" and not self.agrees:
            return {"error": {"code": 4001, "message": "User rejected the request."}}
        if method == "personal_sign":
            text = bytes.fromhex(params[0][2:]).decode()
            assert params[1] == key(self.account).address
            self.signed.append(text)
            signature = key(self.account).sign_message(encode_defunct(text=text)).signature
            return {"result": "0x" + bytes(signature).hex()}
        return {"error": {"code": 4200, "message": f"{method} is not supported."}}


def with_wallet(context: BrowserContext, account: str) -> Wallet:
    """Put a wallet into every page of a browser's context."""
    wallet = Wallet(account)
    context.expose_function("holdfastWallet", wallet)
    context.add_init_script(PROVIDER)
    return wallet


def sign_in(page: Page, server: str) -> None:
    """Sign in with the wallet of the page's context."""
    page.goto(f"{server}/rewards/sign-in/")
    page.get_by_role("button", name="Test wallet").click()
    expect(page.get_by_label("The text to sign")).to_contain_text("wants you to sign in")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("This is your page")).to_be_visible()


def signed_in(context: BrowserContext, server: str, account: str) -> tuple[Page, Wallet]:
    """A page on which a wallet has signed in, and the wallet."""
    wallet = with_wallet(context, account)
    page = context.new_page()
    sign_in(page, server)
    return page, wallet
