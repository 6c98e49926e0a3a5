// A button that was pressed says that it is at work, and is not pressed twice. Without this script it only works.
const LONGEST = 10000;

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || event.defaultPrevented) return;
  if (button.ariaBusy === "true") event.preventDefault();
  button.ariaBusy = "true";
  // What answers with a file leaves the page where it is.
  setTimeout(() => { button.ariaBusy = null; }, LONGEST);
});

window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[aria-busy]")) button.ariaBusy = null;
});
