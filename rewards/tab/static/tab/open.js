// Opening a round that lies sealed: its lines are dealt out and its XP is counted up. Who prefers reduced motion
// sees both at once; without this script, or when it fails, the form opens the round as a page.
const sealed = document.querySelector("[data-sealed]");

if (sealed) {
  sealed.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    unseal(event.target);
  });
}

async function unseal(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "text/html+piece" },
    });
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    const piece = document.createElement("template");
    piece.innerHTML = await answer.text();
    await lifted(form);
    form.replaceWith(piece.content);
    sealed.querySelector("h2").focus({ preventScroll: true });
    countUp(sealed.querySelector("[data-count]"));
  } catch {
    const problem = sealed.querySelector("[data-problem]");
    problem.textContent = "It could not be opened just now. Nothing is lost: it stays here and is in your balance. Try again.";
    problem.hidden = false;
    button.disabled = false;
  }
}

const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// The lid comes off.
async function lifted(form) {
  if (isCalm()) return;
  form.classList.add("opening-up");
  await new Promise((done) => { setTimeout(done, 240); });
}

function countUp(figure) {
  if (isCalm()) return;
  const whole = Number(figure.dataset.count);
  const written = figure.textContent;
  const began = performance.now();
  const step = (now) => {
    const done = Math.min((now - began) / 900, 1);
    const shown = Math.round(whole * (1 - (1 - done) ** 3));
    figure.textContent = done < 1 ? shown.toLocaleString("en") : written;
    if (done < 1) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}
