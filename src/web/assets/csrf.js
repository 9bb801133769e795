// The token that each form carries, so that no other site can send one. Where the server was started anew meanwhile, a script
// hears the new one with the refusal, and sends again what it had to send.
"use strict";
const csrf = {
  FIELD: "input[name=csrf]",
  token: document.querySelector("input[name=csrf]")?.value ?? "",

  put(token) {
    csrf.token = token;
    for (const field of document.querySelectorAll(csrf.FIELD)) field.value = token;
  },

  // Takes the token of a page that was fetched just now. Its views are in templates, which a search does not enter.
  renew(page) {
    const places = [page, ...[...page.querySelectorAll("template")].map((view) => view.content)];
    const field = places.map((place) => place.querySelector(csrf.FIELD)).find(Boolean);
    if (field) csrf.put(field.value);
  },

  async post(path, options) {
    const send = () => {
      const headers = { ...options.headers, "X-CSRF-Token": csrf.token };
      return fetch(path, { ...options, headers, method: "POST", redirect: "manual" });
    };
    const answer = await send();
    const fresh = answer.headers.get("X-CSRF-Token");
    if (!fresh) return answer;
    csrf.put(fresh);
    return send();
  },
};
