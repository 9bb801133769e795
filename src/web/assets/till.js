// Arrows along the people, Esc to go back, a button that is pressed once. All pages work without it.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "Escape") {
    const field = document.querySelector("[data-empty-on-esc]");
    const back = document.querySelector("[data-esc]");
    if (field) { field.value = ""; field.focus(); event.preventDefault(); }
    else if (back) { event.preventDefault(); back.click(); }
  }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const people = [...document.querySelectorAll(".found a")];
    if (people.length === 0) return;
    const at = people.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    const to = at < 0 ? document.getElementById("q") : people[Math.min(at, people.length - 1)];
    if (to) { to.focus(); event.preventDefault(); }
  }
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.hasAttribute("data-once")) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  const button = form.querySelector("[data-busy]");
  if (button) { button.textContent = button.dataset.busy; button.setAttribute("aria-disabled", "true"); }
});
// A page that comes back from the browser's memory can be sent again.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
const selected = document.querySelector("[data-select]");
if (selected) selected.select();
