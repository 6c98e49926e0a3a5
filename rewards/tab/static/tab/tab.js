// A button that was pressed says that it is at work, and is not pressed twice. Without this script it only works.
document.addEventListener("submit", (event) => {
  if (!event.submitter || event.defaultPrevented) return;
  if (event.submitter.ariaBusy === "true") event.preventDefault();
  event.submitter.ariaBusy = "true";
});

// Whoever comes back to a page finds its buttons at rest.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[aria-busy]")) button.ariaBusy = null;
});

// On a phone the row of one's own pages is wider than the screen: the page that is open is in sight.
const here = document.querySelector(".own-pages [aria-current]");
if (here) here.closest("ul").scrollLeft = here.offsetLeft - 16;

// Copy buttons stay hidden without a script.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const label = button.textContent;
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = label; }, 1500);
  });
}
