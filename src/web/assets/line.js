// Offline, codes and amounts are saved in this browser, and sent when the shop's machine responds again. A code on the
// till's list of open ones is accepted; with any other the gift waits until the machine has responded. A button counts
// once, however often it is pressed.
"use strict";
(() => {
  const SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  // As in the program: dashes, and what a scanner types instead with another keyboard layout.
  const HYPHENS = /[-\u00ad\u2010-\u2015\u2212_'ß]/g;
  const PATIENCE = 3000;
  const AGAIN = 4000;
  let isDown = false;
  let since = 0;
  let sending = false;
  // The views for offline use; they are fetched while online.
  let views = document;

  // The product in GF(32), as in the program's own check of codes.
  const times = (one, other) => {
    let product = 0;
    for (; other > 0; other >>= 1) {
      if (other & 1) product ^= one;
      one <<= 1;
      if (one & 32) one ^= 37;
    }
    return product;
  };

  // "7K3M-9QXA", or empty when it is not a code.
  const read = (typed) => {
    const text = typed.replace(HYPHENS, "").replace(/\s/g, "").toUpperCase().replace(/O/g, "0").replace(/[IL]/g, "1");
    const signs = [...text].map((sign) => SIGNS.indexOf(sign));
    if (signs.length !== 8 || signs.includes(-1)) return "";
    let weight = 1;
    const sum = signs.slice(0, 7).reduce((all, sign) => all ^ times((weight = times(weight, 2)), sign), 0);
    return sum === signs[7] ? `${text.slice(0, 4)}-${text.slice(4)}` : "";
  };

  // The codes that a typed text may contain, most likely first: all of it, or a part if a scanner typed after other
  // text.
  const codesIn = (typed) => {
    const whole = read(typed);
    if (whole) return [whole];
    const isMixed = (text) => /\d/.test(text) && /[a-z]/i.test(text);
    const found = (shape, fits) => [...typed.matchAll(shape)].map((match) => match[1]).filter(fits).reverse();
    return [
      ...found(new RegExp(`(?=([0-9a-z]{4}${HYPHENS.source}[0-9a-z]{4}))`, "gi"), () => true),
      ...found(/(?=([0-9a-z]{4}\s[0-9a-z]{4}))/gi, isMixed),
      ...found(/(?=([0-9a-z]{8}))/gi, isMixed),
    ].map(read).filter(Boolean);
  };

  // The code that is meant. A part of the text counts if the list has it, or if it is formatted like a code.
  const codeIn = (typed) => {
    const codes = codesIn(typed);
    const isKnown = (code) => ["open", "given"].includes(openCodes.look(code).state) || kept().some((visit) => visit.code === code);
    // Only letters are a name and only digits a phone number, unless formatted like a code.
    const isPlain = !/\d/.test(typed) || !/[a-z]/i.test(typed);
    const isWritten = (code) => (read(typed) === code && !isPlain) || typed.toUpperCase().includes(code);
    return codes.find(isKnown) ?? codes.find(isWritten) ?? "";
  };

  const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" }).toLowerCase();
  const token = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

  const moment = (at) => {
    const isToday = new Date(at).toDateString() === new Date().toDateString();
    return isToday ? clock(at) : `${new Date(at).toLocaleDateString([], { weekday: "long" })}, ${clock(at)}`;
  };
  // Why a code is not accepted while this till is offline.
  const DOUBTS = {
    unlisted: (at) => `This code is not on the list of open letters that this till has from ${moment(at)}.`,
    old: (at) => `The list of open letters on this till is from ${moment(at)}, more than 24 hours ago.`,
    over: (at) => `The list of open letters on this till is from ${moment(at)}, and the last day of a gift is over since then.`,
    none: () => "This till has no list of open letters.",
  };

  // Each visit is stored separately, so that two windows never overwrite each other.
  const kept = () => {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith("kept:"));
      return keys.map((key) => JSON.parse(localStorage.getItem(key))).filter(Boolean).sort((a, b) => b.at - a.at);
    } catch { return []; /* This browser keeps nothing. */ }
  };

  // Gifts that were saved without being handed over, and were accepted since: to be handed over now, until confirmed.
  const promised = () => {
    try { return JSON.parse(localStorage.getItem("give-now")) ?? []; } catch { return []; /* Nothing is kept here. */ }
  };
  const setPromised = (names) => {
    try { localStorage.setItem("give-now", JSON.stringify(names)); } catch { /* The owner's list has them. */ }
  };
  const sayPromised = () => {
    const names = promised();
    const banner = document.getElementById("line");
    document.getElementById("give-now")?.remove();
    if (names.length === 0 || !banner) return;
    const paragraph = Object.assign(line("Give the gift now:", `${names.join(", ")}. `), { id: "give-now" });
    const done = Object.assign(document.createElement("button"), { className: "btn", type: "button", textContent: "Done" });
    done.addEventListener("click", () => { setPromised([]); paragraph.remove(); banner.hidden = !banner.querySelector("p"); });
    paragraph.append(done);
    banner.firstElementChild.append(paragraph);
    banner.hidden = false;
  };
  const line = (strong, text) => {
    const paragraph = document.createElement("p");
    const first = document.createElement("strong");
    first.textContent = strong;
    paragraph.append(first, ` ${text}`);
    return paragraph;
  };
  const say = (strong, text) => {
    const banner = document.getElementById("line");
    if (!banner || banner.querySelector("p")?.textContent === `${strong} ${text}`) return;
    banner.firstElementChild.replaceChildren(line(strong, text));
    banner.hidden = false;
    sayPromised();
  };
  const count = (n) => (n === 1 ? "1 visit" : `${n} visits`);

  const goDown = () => {
    if (!isDown) { isDown = true; since = Date.now(); }
    const carryOn = "Carry on with codes. Everything is saved on this till and will be confirmed when the connection is back.";
    say("You’re offline.", `${carryOn} Offline since ${clock(since)}.`);
  };

  const ask = async () => {
    try {
      const answer = await fetch("/health", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      return answer.ok && (await answer.text()) === "ok\n";
    } catch { return false; }
  };

  // While offline no one waits for it: the timer below checks again.
  const isUp = async () => {
    if (isDown) return false;
    if (await ask()) return true;
    goDown();
    return false;
  };

  const send = async (visit) => {
    const { id, code, letter, customer, amount, receipt, at } = visit;
    const given = visit.given !== false;
    const ago = Math.max(0, Math.round((Date.now() - at) / 1000));
    const answer = await csrf.post("/till/kept", {
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ id, code, letter, customer, amount, receipt, given, ago }),
      signal: AbortSignal.timeout(PATIENCE * 3),
    });
    if (answer.status === 403) throw new Error("signed out");
    return answer.status === 200 ? answer.json() : {};
  };

  // What is not answered with its own token stays here.
  const sendAll = async () => {
    if (sending) return;
    sending = true;
    const visits = kept().reverse();
    let written = 0;
    let owners = 0;
    let refused = 0;
    let isOut = false;
    try {
      for (const visit of visits) {
        const answer = await send(visit);
        if (answer.id !== visit.id) continue;
        localStorage.removeItem(`kept:${visit.id}`);
        const isAccepted = ["accepted", "bought"].includes(answer.outcome);
        if (isAccepted) written += 1; else if (visit.given === false) refused += 1; else owners += 1;
        if (isAccepted && visit.given === false) setPromised([...promised(), visit.name || visit.code]);
      }
    } catch (fault) {
      // Or the connection is down again; the rest is still here.
      isOut = fault.message === "signed out";
    }
    sending = false;
    if (written + owners + refused) openCodes.refresh();
    const left = visits.length - written - owners - refused;
    const parts = [];
    if (written) parts.push(`${count(written)} saved here ${written === 1 ? "is" : "are"} recorded.`);
    if (owners) parts.push(`${count(owners)} did not go through: the owner sees both sides, you need do nothing.`);
    if (refused) parts.push(`${count(refused)} ${refused === 1 ? "gets" : "get"} no gift: the owner sees why.`);
    const out = isOut ? " until you sign in at this till" : "";
    if (left) parts.push(`${count(left)} ${left === 1 ? "is" : "are"} still saved here${out}.`);
    if (parts.length) say("You’re online again.", parts.join(" "));
    refresh();
    sayPromised();
  };

  const look = async () => {
    if (!isDown && kept().length === 0) return;
    if (!(await ask())) { if (kept().length || isDown) goDown(); return; }
    if (isDown) {
      isDown = false;
      // The page may be from before a restart of the server.
      await take("no-store").then(csrf.renew).catch(() => {});
      say("You’re online again.", "Continue as usual.");
      fill("hint", "Names are found again.");
      // A search that failed may now succeed.
      if (document.getElementById("q-w")) fill("wrong", "");
    }
    if (kept().length) await sendAll();
  };

  const fill = (name, text) => {
    for (const place of document.querySelectorAll(`main [data-fill="${name}"]`)) {
      place.textContent = text;
      place.classList.toggle("empty", text === "");
    }
  };

  // What is stored here, and whether the visit on the page is still among it.
  const refresh = () => {
    const visits = kept();
    fill("count", String(visits.length));
    for (const section of document.querySelectorAll("main [data-kept]")) section.hidden = visits.length === 0;
    for (const list of document.querySelectorAll("main [data-list]")) {
      list.replaceChildren(...visits.slice(0, 8).map((visit) => {
        const line = document.createElement("li");
        const part = (kind, text) => Object.assign(document.createElement("span"), { className: kind, textContent: text, dir: "auto" });
        line.append(part("num", clock(visit.at)), " ", part("name", visit.name || visit.code), " ", part("soft", visit.given === false ? "no gift yet" : "not confirmed yet"));
        return line;
      }));
    }
    const shown = document.querySelector("main [data-visit]");
    if (shown && !visits.some((visit) => visit.id === shown.dataset.visit)) fill("state", "");
  };

  // Fetches the views; if that fails, for example because a sign-in is needed first, the existing ones stay.
  const take = async (cache) => {
    const page = new DOMParser().parseFromString(await (await fetch("/till/kept", { cache })).text(), "text/html");
    if (page.getElementById("down-kept")) views = page;
    return page;
  };

  const canGoOn = () => {
    if (views.getElementById("down-kept")) return true;
    say("You’re offline.", "This page cannot continue now: write codes and amounts on paper until you’re online again.");
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
    const code = codeIn(typed);
    if (code === "") {
      const signs = typed.replace(/[^0-9a-z]/gi, "");
      const isLikeOne = signs.length >= 7 && signs.length <= 9 && /\d/.test(signs);
      const wrong = isLikeOne
        ? "No code reads like that. A character is wrong, or two are swapped: check the letter."
        : "Names cannot be found while you’re offline. The code on the letter can.";
      if (!document.querySelector("main [data-fill=wrong]")) show("ask");
      fill("wrong", wrong);
      const field = document.getElementById("q") ?? document.getElementById("amt");
      field.focus();
      field.select();
      return;
    }
    const before = kept().find((visit) => visit.code === code);
    if (before) {
      const title = before.given === false ? SAVED : "Already given.";
      show("kept", verdict(title, before, `Saved on this till at ${clock(before.at)}.`));
      mark(before.id, before.given === false ? "saved" : "no");
      return;
    }
    const { state, at } = openCodes.look(code);
    if (state === "given") {
      show("kept", { ...verdict("Already given.", { code, at }, "Handed over at this till today."), state: "", time: "" });
      mark("", "no");
      return;
    }
    const isOpen = state === "open";
    const since = isOpen ? `An open letter, by the list of ${moment(at)}. Who it is will be known when you’re online again.` : DOUBTS[state](at);
    show("card", { code, since, button: isOpen ? "Hand over the gift" : "Save it, no gift yet" }, "amt");
    const form = document.querySelector("[data-keep]");
    form.q.value = code;
    if (!isOpen) form.querySelector(".btn-go").classList.replace("btn-go", "btn-ink");
  };

  const SAVED = "Saved on this till. Give the gift when you’re online again.";

  const verdict = (title, visit, fact) => ({
    verdict: title, name: visit.name || visit.code, fact, state: "Not confirmed yet.", time: clock(visit.at).toUpperCase(),
  });
  const mark = (id, kind) => {
    const shown = document.querySelector("main .verdict");
    shown.classList.add(kind);
    // Green means accepted, and nothing else.
    if (kind !== "kept") document.querySelector("main .btn-go")?.classList.replace("btn-go", "btn-ink");
    shown.dataset.visit = id;
  };

  // `doubt` is why it is not accepted.
  const keep = (visit, doubt) => {
    try {
      localStorage.setItem(`kept:${visit.id}`, JSON.stringify(visit));
    } catch {
      fill("wrong", "This browser cannot save anything: write the code and the amount on paper.");
      say("Not saved.", "This browser cannot save anything: write the code and the amount on paper.");
      return;
    }
    const amount = visit.amount.trim();
    const fact = [`${amount ? `${amount} saved` : "Saved"} on this till at ${clock(visit.at)}.`];
    if (visit.given === false) fact.unshift(DOUBTS[doubt.state](doubt.at));
    // An amount alone is not an acceptance.
    const title = visit.customer ? "It is saved on this till." : visit.given === false ? SAVED : "Yes. It is theirs.";
    show("kept", verdict(title, visit, fact.join(" ")));
    mark(visit.id, visit.customer ? "amount" : visit.given === false ? "saved" : "kept");
  };

  // Why an open card is not accepted, if so. One that is newer than the list was open when it was opened.
  const cardDoubt = (code) => {
    const known = openCodes.look(code);
    const opened = performance.timeOrigin;
    if (known.state === "open" || known.state === "given") return known.state === "open" ? null : { state: "unlisted", at: known.at };
    if (known.state === "over" || (known.at > opened && known.state === "unlisted")) return known;
    return Date.now() - opened <= openCodes.DAY ? null : { state: "old", at: opened };
  };

  // What a form can do offline.
  const goOn = (form, action, fields, button) => {
    if (!canGoOn()) return;
    for (const text of [fields.amount, fields.receipt]) {
      // A number may happen to have the characters of a code.
      if (text && !/^\d+$/.test(text) && codeIn(text)) { find(text); return; }
    }
    if (form.hasAttribute("data-keep")) {
      if (fields.amount && !/\d/.test(fields.amount)) {
        fill("wrong", `${fields.amount} is not an amount. Write it like 412.50, or leave it empty.`);
        document.getElementById("amt").focus();
        return;
      }
      const known = openCodes.look(fields.q);
      const given = known.state === "open";
      keep({ id: token(), code: fields.q, given, amount: fields.amount, receipt: fields.receipt, at: Date.now() }, known);
    } else if (action === "/till/find") {
      find(fields.q);
    } else if (/^\/till\/(hand-over|bought)\/\d+$/.test(action)) {
      const isGift = action.startsWith("/till/hand-over/");
      if (!isGift && !/\d/.test(fields.amount)) {
        say("You’re offline.", "Enter what they spent; with nothing bought there is nothing to record.");
        return;
      }
      // With the token of the card: if the machine received it after all, it counts once.
      const name = (document.querySelector(".h-name") ?? document.querySelector("h1")).textContent;
      const whose = { [isGift ? "letter" : "customer"]: Number(action.split("/").pop()) };
      const code = isGift ? (button?.dataset.code ?? form.querySelector("[data-code]")?.dataset.code ?? "") : "";
      const doubt = isGift ? cardDoubt(code) : null;
      const visit = { id: fields.once, ...whose, code, name, amount: fields.amount, receipt: fields.receipt ?? "", at: Date.now() };
      keep({ ...visit, given: !doubt }, doubt);
    } else {
      say("You’re offline.", "What you typed stays here: press again when you’re online again.");
    }
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post" || (event.submitter && event.submitter.name)) return;
    event.preventDefault();
    if (form.dataset.sent) return;
    form.dataset.sent = "yes";
    // A form may have a second button with another address.
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
    goOn(form, action, Object.fromEntries(new FormData(form)), event.submitter);
  });

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!link || !isPlain || link.origin !== location.origin || link.hash) return;
    event.preventDefault();
    if (await isUp()) location.assign(link.href);
    else if (new URL(link.href).pathname.startsWith("/till")) show("ask");
    else say("You’re offline.", "That page is available when you’re online again.");
  });

  // A page that comes back from the browser's cache can be sent again.
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
  sayPromised();
  // If the browser allows it (over TLS, or on this machine), the page can be opened offline.
  if (navigator.serviceWorker) navigator.serviceWorker.register("/worker.js", { scope: "/till" }).catch(() => {});
})();
