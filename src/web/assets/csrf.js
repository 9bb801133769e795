// The token in each form, so that no other site can send one. After a restart of the server, a script gets the new
// token with the rejection, and sends its request again.
"use strict";
const csrf = {
  FIELD: "input[name=csrf]",
  token: document.querySelector("input[name=csrf]")?.value ?? "",

  put(token) {
    csrf.token = token;
    for (const field of document.querySelectorAll(csrf.FIELD)) field.value = token;
  },

  // Takes the token from a page that was just fetched. Its views are in templates, which a search does not enter.
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
