// Counts whom the typed filters reach while they are typed. Without it the button does.
(() => {
  const form = document.querySelector("#audience form");
  const reached = document.getElementById("reached");
  let waiting = 0;
  let asked = null;

  async function count() {
    asked?.abort();
    asked = new AbortController();
    const typed = new URLSearchParams(new FormData(form));
    typed.delete("csrfmiddlewaretoken");
    try {
      const answer = await fetch(`${form.dataset.count}?${typed}`, { signal: asked.signal });
      const told = await answer.json();
      reached.textContent = told.reached ?? Object.values(told.errors)[0][0];
    } catch (error) {
      if (error.name !== "AbortError") reached.textContent = "not counted; press Count";
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(count, 300);
  });
})();
