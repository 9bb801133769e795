// Opens the till's page while it is offline: what it needs is stored while it is online. It has no personal data.
"use strict";
const KEPT = "till";
const PAGE = "/till/kept";
const NEEDED = [PAGE, "/assets/regulars.css", "/assets/csrf.js", "/assets/till.js", "/assets/open-codes.js", "/assets/line.js", "/assets/camera.js", "/assets/icon.svg",
  "/assets/newsreader.woff2", "/assets/newsreader-italic.woff2", "/assets/source-sans.woff2"];

// A redirect, for example to the sign-in, is not the page.
const take = async (path) => {
  const answer = await fetch(path, { cache: "no-store" });
  if (answer.ok && !answer.redirected) await (await caches.open(KEPT)).put(path, answer);
};

self.addEventListener("install", (event) => event.waitUntil(Promise.all(NEEDED.map(take)).then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
// A newer program has newer pages: each run of this script checks once.
let isFresh = false;
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = new URL(request.url).pathname;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(async () => (await caches.match(PAGE)) ?? Response.error()));
    if (!isFresh) {
      isFresh = true;
      event.waitUntil(Promise.all(NEEDED.map(take)).catch(() => { isFresh = false; }));
    }
  } else if (request.method === "GET" && path.startsWith("/assets/")) {
    event.respondWith(fetch(request).catch(async () => (await caches.match(path)) ?? Response.error()));
  }
});
