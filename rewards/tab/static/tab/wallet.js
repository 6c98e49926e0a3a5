// Signs a text of the server's with a wallet in this browser (EIP-6963 finds it, EIP-1193 asks it). The text
// comes from the server and is shown before it is signed; only its nonce and the signature go back.

for (const box of document.querySelectorAll("[data-signing]")) start(box);

function start(box) {
  const part = (name) => box.querySelector(`[data-${name}]`);
  const step = (name) => box.querySelector(`[data-step="${name}"]`);
  const token = box.querySelector("[name=csrfmiddlewaretoken]").value;
  const found = new Map();
  let chosen = null;

  step("choose").hidden = false;
  window.addEventListener("eip6963:announceProvider", (event) => {
    const { info, provider } = event.detail;
    if (!found.has(info.uuid)) offer(info.uuid, String(info.name), String(info.icon ?? ""), provider);
  });
  window.dispatchEvent(new Event("eip6963:requestProvider"));
  // A wallet of before EIP-6963 announces nothing and is simply there.
  setTimeout(() => {
    if (!found.size && window.ethereum) offer("only", "The wallet of this browser", "", window.ethereum);
    part("none").hidden = found.size > 0;
  }, 400);

  part("sign").addEventListener("click", () => attempt(sign));
  part("again").addEventListener("click", () => {
    step("read").hidden = true;
    step("choose").hidden = false;
    say("");
  });

  function offer(id, name, icon, provider) {
    found.set(id, provider);
    part("none").hidden = true;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button quiet";
    if (icon.startsWith("data:image/")) {
      const image = document.createElement("img");
      image.src = icon;
      image.alt = "";
      image.width = image.height = 24;
      button.append(image);
    }
    button.append(name);
    button.addEventListener("click", () => attempt(() => ask(provider)));
    const item = document.createElement("li");
    item.append(button);
    part("providers").append(item);
  }

  // Have the wallet name an account, and show the text that the server made for it.
  async function ask(provider) {
    say("Your wallet asks which account to use.");
    const [address] = await provider.request({ method: "eth_requestAccounts" });
    if (!address) throw new Error("Your wallet named no account. Unlock it and choose one.");
    say("");
    const made = await post(box.dataset.textUrl, { address });
    chosen = { provider, address, ...made };
    part("text").textContent = made.text;
    step("choose").hidden = true;
    step("read").hidden = false;
    part("sign").focus();
  }

  async function sign() {
    say("Your wallet shows you the text. Sign it there.");
    const bytes = new TextEncoder().encode(chosen.text);
    const hex = "0x" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const signature = await chosen.provider.request({ method: "personal_sign", params: [hex, chosen.address] });
    say("Checking the signature.");
    const { nonce } = chosen;
    const { next } = await post(box.dataset.signatureUrl, { nonce, signature: String(signature) });
    say("Done.");
    const here = location.pathname;
    location.assign(next);
    // An address that differs only behind # would not load the page anew.
    if (new URL(next, location.href).pathname === here) location.reload();
  }

  async function attempt(work) {
    const buttons = box.querySelectorAll("button");
    part("problem").hidden = true;
    for (const button of buttons) button.disabled = true;
    try {
      await work();
    } catch (error) {
      say("");
      part("problem").textContent = sentence(error);
      part("problem").hidden = false;
      if (work === sign && !isRefusal(error)) {
        // The nonce is used up or over, so the next try begins with a new text.
        step("read").hidden = true;
        step("choose").hidden = false;
      }
    } finally {
      for (const button of buttons) button.disabled = false;
    }
  }

  async function post(url, told) {
    let answer;
    try {
      answer = await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token },
        body: JSON.stringify(told),
      });
    } catch {
      throw new Error("The server could not be reached. Nothing was changed; try again in a moment.");
    }
    let body = {};
    try { body = await answer.json(); } catch { /* An error page; its status says enough. */ }
    if (answer.ok) return body;
    if (body.error) throw new Error(body.error);
    if (answer.status === 403) throw new Error("This page is too old. Nothing was changed; load it again.");
    throw new Error("The server had a problem. Nothing was changed; try again in a moment.");
  }

  function say(text) { part("status").textContent = text; }
}

// EIP-1193: 4001 is the person's own no.
function isRefusal(error) { return error?.code === 4001; }

function sentence(error) {
  if (isRefusal(error)) return "You did not sign in your wallet, so nothing was changed. You can try again.";
  if (error?.code === -32002) return "Your wallet is waiting for an answer already. Open it and finish there.";
  if (error?.code === 4100 || error?.code === 4900) return "Your wallet is locked or not connected. Unlock it and try again.";
  return error instanceof Error ? error.message : `Your wallet reported a problem: ${error?.message ?? "it did not say which"}.`;
}
