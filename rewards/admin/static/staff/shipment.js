// Copy buttons, which stay hidden without a script, and the progress of a round that ships, fetched again every
// two seconds. Without a script the page says the same when it is loaded again.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const label = button.textContent;
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = label; }, 1500);
  });
}

const place = document.getElementById("progress");
const told = document.getElementById("told");
const LIVE = ["shipping", "halted"];
const EVERY = 2000;
const LONGEST = 30000;

let wait = EVERY;
let announced = place?.querySelector("[data-announce]")?.dataset.announce;

function isTyping() {
  return [...document.querySelectorAll("details[open] textarea")].some((field) => field.value.trim());
}

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(place.dataset.from, { redirect: "error" });
    if (!answer.ok) throw new Error(answer.status);
    place.innerHTML = await answer.text();
    wait = EVERY;
  } catch {
    // The server is away, or the session is over. The round goes on without us; look again, less often.
    told.textContent = "The progress cannot be read at the moment. The round goes on; this page tries again.";
    wait = Math.min(wait * 2, LONGEST);
    return;
  }
  const now = place.firstElementChild.dataset;
  if (now.announce !== announced) {
    announced = now.announce;
    told.textContent = now.said;
  }
  if (now.state !== place.dataset.state && !isTyping()) location.reload();
}

async function goOn() {
  await look();
  const state = place.firstElementChild?.dataset.state;
  if (LIVE.includes(state) || state !== place.dataset.state) setTimeout(goOn, wait);
}

if (place && LIVE.includes(place.dataset.state)) setTimeout(goOn, EVERY);
