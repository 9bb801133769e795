// Arrows along the people, Esc to go back. All pages work without it.
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
const selected = document.querySelector("[data-select]");
if (selected) selected.select();
