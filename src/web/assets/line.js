// The line to the shop's machine: while it is down, codes and amounts are kept in this browser, and sent when it is back.
// A button counts once, however often it is pressed.
"use strict";
(() => {
  const SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const PATIENCE = 3000;
  const AGAIN = 4000;
  let isDown = false;
  let since = 0;
  let sending = false;
  // The views to go on with; they are fetched while the line is up.
  let views = document;

  // The product in GF(32), as the program's own check of codes has it.
  const times = (one, other) => {
    let product = 0;
    for (; other > 0; other >>= 1) {
      if (other & 1) product ^= one;
      one <<= 1;
      if (one & 32) one ^= 37;
    }
    return product;
  };

  // "7K3M-9QXA", or nothing when that is no code.
  const read = (typed) => {
    const text = typed.toUpperCase().replace(/[\s\-\u2010\u2011\u2013]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
    const signs = [...text].map((sign) => SIGNS.indexOf(sign));
    if (signs.length !== 8 || signs.includes(-1)) return "";
    let weight = 1;
    const sum = signs.slice(0, 7).reduce((all, sign) => all ^ times((weight = times(weight, 2)), sign), 0);
    return sum === signs[7] ? `${text.slice(0, 4)}-${text.slice(4)}` : "";
  };

  const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" }).toLowerCase();
  const token = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

  // Each visit has a place of its own, so that two windows never write over each other.
  const kept = () => {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith("kept:"));
      return keys.map((key) => JSON.parse(localStorage.getItem(key))).filter(Boolean).sort((a, b) => b.at - a.at);
    } catch { return []; /* This browser keeps nothing. */ }
  };

  const say = (strong, text) => {
    const banner = document.getElementById("line");
    if (!banner || banner.textContent === `${strong} ${text}`) return;
    const paragraph = document.createElement("p");
    const first = document.createElement("strong");
    first.textContent = strong;
    paragraph.append(first, ` ${text}`);
    banner.firstElementChild.replaceChildren(paragraph);
    banner.hidden = false;
  };
  const count = (n) => (n === 1 ? "1 visit" : `${n} visits`);

  const goDown = () => {
    if (!isDown) { isDown = true; since = Date.now(); }
    const carryOn = "Carry on with codes. Everything is kept here, and written down when the line is back.";
    say("The line is down.", `${carryOn} Down since ${clock(since)}.`);
  };

  const ask = async () => {
    try {
      const answer = await fetch("/health", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      return answer.ok && (await answer.text()) === "ok\n";
    } catch { return false; }
  };

  // While it is down nobody waits for it: the clock below looks again.
  const isUp = async () => {
    if (isDown) return false;
    if (await ask()) return true;
    goDown();
    return false;
  };

  const send = async (visit) => {
    const { id, code, letter, customer, amount, receipt, at } = visit;
    const ago = Math.max(0, Math.round((Date.now() - at) / 1000));
    const answer = await csrf.post("/till/kept", {
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ id, code, letter, customer, amount, receipt, ago }),
      signal: AbortSignal.timeout(PATIENCE * 3),
    });
    if (answer.status === 403) throw new Error("signed out");
    return answer.status === 200 ? answer.json() : {};
  };

  // Whatever is not answered by its own token stays here.
  const sendAll = async () => {
    if (sending) return;
    sending = true;
    const visits = kept().reverse();
    let written = 0;
    let owners = 0;
    let isOut = false;
    try {
      for (const visit of visits) {
        const answer = await send(visit);
        if (answer.id !== visit.id) continue;
        localStorage.removeItem(`kept:${visit.id}`);
        if (["accepted", "bought"].includes(answer.outcome)) written += 1; else owners += 1;
      }
    } catch (fault) {
      // Or the line is down again; the rest is still here.
      isOut = fault.message === "signed out";
    }
    sending = false;
    const left = visits.length - written - owners;
    const parts = [];
    if (written) parts.push(`${count(written)} kept here ${written === 1 ? "is" : "are"} written down.`);
    if (owners) parts.push(`${count(owners)} did not go through: the owner sees both sides, you need do nothing.`);
    const out = isOut ? " until somebody signs in at this till" : "";
    if (left) parts.push(`${count(left)} ${left === 1 ? "is" : "are"} still kept here${out}.`);
    if (parts.length) say("The line is back.", parts.join(" "));
    refresh();
  };

  const look = async () => {
    if (!isDown && kept().length === 0) return;
    if (!(await ask())) { if (kept().length || isDown) goDown(); return; }
    if (isDown) {
      isDown = false;
      // What is on the page may be from before the server was started anew.
      await take("no-store").then(csrf.renew).catch(() => {});
      say("The line is back.", "Go on as usual.");
      fill("hint", "Names are found again.");
    }
    if (kept().length) await sendAll();
  };

  const fill = (name, text) => {
    for (const place of document.querySelectorAll(`main [data-fill="${name}"]`)) {
      place.textContent = text;
      place.classList.toggle("empty", text === "");
    }
  };

  // What is kept here, and whether the one on the page is still among it.
  const refresh = () => {
    const visits = kept();
    fill("count", String(visits.length));
    for (const section of document.querySelectorAll("main [data-kept]")) section.hidden = visits.length === 0;
    for (const list of document.querySelectorAll("main [data-list]")) {
      list.replaceChildren(...visits.slice(0, 8).map((visit) => {
        const line = document.createElement("li");
        const part = (kind, text) => Object.assign(document.createElement("span"), { className: kind, textContent: text });
        line.append(part("num", clock(visit.at)), " ", part("name", visit.name || visit.code), " ", part("soft", "not confirmed yet"));
        return line;
      }));
    }
    const shown = document.querySelector("main [data-visit]");
    if (shown && !visits.some((visit) => visit.id === shown.dataset.visit)) fill("state", "");
  };

  // Fetches the views; without them, such as where somebody has to sign in first, those that are there stay.
  const take = async (cache) => {
    const page = new DOMParser().parseFromString(await (await fetch("/till/kept", { cache })).text(), "text/html");
    if (page.getElementById("down-kept")) views = page;
    return page;
  };

  const canGoOn = () => {
    if (views.getElementById("down-kept")) return true;
    say("The line is down.", "This page cannot go on without it: write codes and amounts on paper until it is back.");
    return false;
  };

  const show = (name, texts = {}, focus = "q") => {
    if (!canGoOn()) return;
    const main = document.getElementById("main");
    main.replaceChildren(document.importNode(views.getElementById(`down-${name}`).content, true));
    for (const place of main.querySelectorAll("[data-fill]")) place.classList.toggle("empty", place.textContent === "");
    for (const [key, text] of Object.entries(texts)) fill(key, text);
    if (csrf.token) csrf.put(csrf.token);
    refresh();
    scrollTo(0, 0);
    document.getElementById(focus)?.focus();
    document.dispatchEvent(new Event("till:shown"));
  };

  const find = (typed) => {
    if (typed.trim() === "") { show("ask"); return; }
    const code = read(typed);
    if (code === "") {
      const signs = typed.replace(/[^0-9a-z]/gi, "");
      const isLikeOne = signs.length >= 7 && signs.length <= 9 && /\d/.test(signs);
      const wrong = isLikeOne
        ? "No code reads like that. A sign is wrong, or two are swapped: look again at the letter."
        : "Names cannot be found while the line is down. The code on the letter can.";
      if (!document.querySelector("main [data-fill=wrong]")) show("ask");
      fill("wrong", wrong);
      const field = document.getElementById("q") ?? document.getElementById("amt");
      field.focus();
      field.select();
      return;
    }
    const before = kept().find((visit) => visit.code === code);
    if (before) {
      show("kept", verdict("Already given.", before, `Kept at this till at ${clock(before.at)}.`));
      mark(before.id, "no");
      return;
    }
    show("card", { code }, "amt");
    document.querySelector("[data-keep]").q.value = code;
  };

  const verdict = (title, visit, fact) => ({
    verdict: title, name: visit.name || visit.code, fact, state: "Not confirmed yet.", time: clock(visit.at).toUpperCase(),
  });
  const mark = (id, kind) => {
    const shown = document.querySelector("main .verdict");
    shown.classList.add(kind);
    // Green is a yes, and nothing else.
    if (kind !== "kept") document.querySelector("main .btn-go").classList.replace("btn-go", "btn-ink");
    shown.dataset.visit = id;
  };

  const keep = (visit) => {
    try {
      localStorage.setItem(`kept:${visit.id}`, JSON.stringify(visit));
    } catch {
      fill("wrong", "This browser cannot keep anything: write the code and the amount on paper.");
      say("Not kept.", "This browser cannot keep anything: write the code and the amount on paper.");
      return;
    }
    const amount = visit.amount.trim();
    const fact = `${amount ? `${amount} kept` : "Kept"} at this till at ${clock(visit.at)}.`;
    // An amount alone is no yes.
    const title = visit.customer ? "It is kept here." : "Yes. It is theirs.";
    show("kept", verdict(title, visit, fact));
    mark(visit.id, visit.customer ? "amount" : "kept");
  };

  // What a form can do without the line.
  const goOn = (form, action, fields) => {
    if (!canGoOn()) return;
    for (const text of [fields.amount, fields.receipt]) {
      // A number may have the signs of a code by chance.
      if (text && !/^\d+$/.test(text) && read(text)) { find(text); return; }
    }
    if (form.hasAttribute("data-keep")) {
      if (fields.amount && !/\d/.test(fields.amount)) {
        fill("wrong", `${fields.amount} is not an amount. Write it like 412.50, or leave it empty.`);
        document.getElementById("amt").focus();
        return;
      }
      keep({ id: token(), code: fields.q, amount: fields.amount, receipt: fields.receipt, at: Date.now() });
    } else if (action === "/till/find") {
      find(fields.q);
    } else if (/^\/till\/(hand-over|bought)\/\d+$/.test(action)) {
      const isGift = action.startsWith("/till/hand-over/");
      if (!isGift && !/\d/.test(fields.amount)) {
        say("The line is down.", "Say what they spent; with nothing bought there is nothing to write down.");
        return;
      }
      // With the token of the card: if the machine took it after all, it counts once.
      const name = (document.querySelector(".h-name") ?? document.querySelector("h1")).textContent;
      const whose = { [isGift ? "letter" : "customer"]: Number(action.split("/").pop()) };
      keep({ id: fields.once, ...whose, name, amount: fields.amount, receipt: fields.receipt ?? "", at: Date.now() });
    } else {
      say("The line is down.", "What you typed stays here: press again when the line is back.");
    }
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post" || (event.submitter && event.submitter.name)) return;
    event.preventDefault();
    if (form.dataset.sent) return;
    form.dataset.sent = "yes";
    // A form may have a second button, which leads elsewhere.
    const other = event.submitter?.getAttribute("formaction");
    const action = other ?? form.getAttribute("action");
    if (await isUp()) {
      if (other) form.setAttribute("action", other);
      const button = other ? null : form.querySelector("[data-busy]");
      if (button) { button.textContent = button.dataset.busy; button.setAttribute("aria-disabled", "true"); }
      HTMLFormElement.prototype.submit.call(form);
      return;
    }
    delete form.dataset.sent;
    goOn(form, action, Object.fromEntries(new FormData(form)));
  });

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!link || !isPlain || link.origin !== location.origin || link.hash) return;
    event.preventDefault();
    if (await isUp()) location.assign(link.href);
    else if (new URL(link.href).pathname.startsWith("/till")) show("ask");
    else say("The line is down.", "That page is there again when the line is back.");
  });

  // A page that comes back from the browser's memory can be sent again.
  window.addEventListener("pageshow", async (event) => {
    if (!event.persisted) return;
    for (const form of document.forms) delete form.dataset.sent;
    if (await isUp()) location.reload();
  });
  window.addEventListener("online", look);
  setInterval(look, AGAIN);
  if (document.querySelector("[data-down]")) {
    views = new DOMParser().parseFromString(document.documentElement.outerHTML, "text/html");
    goDown();
    show("ask");
  } else {
    take("default").catch(() => {});
  }
  look();
  // Where the browser lets it (over TLS, or on this machine), the page can be opened while the line is down.
  if (navigator.serviceWorker) navigator.serviceWorker.register("/worker.js", { scope: "/till" }).catch(() => {});
})();
