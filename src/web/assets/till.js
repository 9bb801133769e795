// Names while typing, arrow keys in the list of people, Esc to go back. All pages work without it.
"use strict";
// A scanner is done within this time, and so is a person who continues typing.
const PAUSE = 180;
let asking = null;
let pause = 0;
let search = document.querySelector("[data-search]")?.dataset.search ?? "";

// The page fits `typed`: Enter opens the first.
const showNames = (form, typed, found) => {
  document.getElementById("names").replaceChildren(...(found ? [found] : []));
  document.getElementById("found-n").textContent = found ? found.dataset.status : "";
  form.was.value = found ? typed : "";
  form.first.value = found ? found.dataset.first : "";
  document.querySelector(".nobody")?.remove();
};

const findNames = async (form) => {
  const typed = form.q.value.trim();
  asking?.abort();
  asking = new AbortController();
  if (typed.length < 2) { showNames(form, "", null); return; }
  try {
    const body = new URLSearchParams({ q: typed, search });
    const answer = await csrf.post("/till/names", { body, signal: asking.signal });
    if (answer.status !== 200) { if (answer.status === 204) showNames(form, "", null); return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.querySelector("[data-search]");
    if (!found || form.q.value.trim() !== typed) return;
    search = found.dataset.search;
    showNames(form, typed, found);
  } catch { /* Somebody types on, or this till is offline: Enter tells. */ }
};

document.addEventListener("input", (event) => {
  const form = event.target.id === "q" && event.target.form;
  if (!form || !form.hasAttribute("data-names")) return;
  clearTimeout(pause);
  pause = setTimeout(findNames, PAUSE, form);
});
// A request in progress no longer matters.
document.addEventListener("submit", () => { clearTimeout(pause); asking?.abort(); });

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "Escape") {
    const field = document.querySelector("[data-empty-on-esc]");
    const back = document.querySelector("[data-esc]");
    if (field) {
      field.value = "";
      field.focus();
      field.dispatchEvent(new Event("input", { bubbles: true }));
      event.preventDefault();
    }
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
