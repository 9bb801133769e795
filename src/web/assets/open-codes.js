// The codes that this till may accept while it is offline: a list of fingerprints, fetched while it is online, with its
// time.
"use strict";
const openCodes = (() => {
  const PLACE = "open-codes";
  const DAY = 24 * 60 * 60 * 1000;
  const AGAIN = 10 * 60 * 1000;
  // A page opened soon after another does not fetch it again.
  const SOON = 60 * 1000;
  let held = null;

  // SHA-256 (FIPS 180-4), because browsers have theirs only over TLS. Its constants are the first bits of roots of
  // primes.
  const primes = [];
  for (let n = 2; primes.length < 64; n += 1) if (primes.every((prime) => n % prime)) primes.push(n);
  const bits = (root) => ((root % 1) * 2 ** 32) | 0;
  const ROUNDS = primes.map((prime) => bits(Math.cbrt(prime)));
  const START = primes.slice(0, 8).map((prime) => bits(Math.sqrt(prime)));
  const turn = (word, by) => (word >>> by) | (word << (32 - by));

  const sha256 = (bytes) => {
    const padded = new Uint8Array((((bytes.length + 8) >> 6) + 1) * 64);
    const view = new DataView(padded.buffer);
    padded.set(bytes);
    padded[bytes.length] = 0x80;
    view.setUint32(padded.length - 4, bytes.length * 8);
    const hash = [...START];
    const w = new Int32Array(64);
    for (let at = 0; at < padded.length; at += 64) {
      for (let i = 0; i < 64; i += 1) {
        if (i < 16) { w[i] = view.getInt32(at + i * 4); continue; }
        const [early, late] = [w[i - 15], w[i - 2]];
        w[i] = w[i - 16] + (turn(early, 7) ^ turn(early, 18) ^ (early >>> 3)) + w[i - 7] + (turn(late, 17) ^ turn(late, 19) ^ (late >>> 10));
      }
      let [a, b, c, d, e, f, g, h] = hash;
      for (let i = 0; i < 64; i += 1) {
        const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUNDS[i] + w[i]) | 0;
        const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        [a, b, c, d, e, f, g, h] = [(one + two) | 0, a, b, c, (d + one) | 0, e, f, g];
      }
      [a, b, c, d, e, f, g, h].forEach((word, i) => { hash[i] = (hash[i] + word) | 0; });
    }
    const sum = new DataView(new ArrayBuffer(32));
    hash.forEach((word, i) => sum.setInt32(i * 4, word));
    return new Uint8Array(sum.buffer);
  };

  const bytesOf = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

  // The first 20 bits of the HMAC-SHA-256 of a code; the key is shorter than a block.
  const fingerprint = (key, code) => {
    const pad = (mask, more) => {
      const block = new Uint8Array(64 + more.length).fill(mask, 0, 64);
      bytesOf(key).forEach((byte, i) => { block[i] ^= byte; });
      block.set(more, 64);
      return block;
    };
    const [first, second, third] = sha256(pad(0x5c, sha256(pad(0x36, bytesOf(code)))));
    return (first << 12) | (second << 4) | (third >> 4);
  };

  // The list has the difference of each fingerprint from the one before: seven bits per byte, the lowest first.
  const has = (list, code) => {
    const wanted = fingerprint(list.key, code);
    let [value, distance, shift] = [0, 0, 0];
    for (const character of atob(list.codes)) {
      const byte = character.charCodeAt(0);
      distance |= (byte & 127) << shift;
      if (byte & 128) { shift += 7; continue; }
      value += distance;
      if (value >= wanted) return value === wanted;
      [distance, shift] = [0, 0];
    }
    return false;
  };

  const read = () => {
    try { return JSON.parse(localStorage.getItem(PLACE)) ?? held; } catch { return held; /* This browser keeps nothing. */ }
  };
  const store = (list) => {
    held = list;
    try {
      if (list) localStorage.setItem(PLACE, JSON.stringify(list)); else localStorage.removeItem(PLACE);
    } catch { /* It is there as long as this page is. */ }
  };

  const refresh = async () => {
    const at = Date.now();
    try {
      const answer = await fetch("/till/open-codes", { cache: "no-store", redirect: "manual" });
      // After signing out there is no list.
      if (answer.status === 403) store(null);
      if (answer.status === 200) store({ ...(await answer.json()), at, given: [] });
    } catch { /* Offline: the list that is there stays, with its time. */ }
  };

  // The state of a code on this till: "open", "given" here since the list was fetched, "unlisted", or that the list is
  // "old", its gift is "over", or there is "none".
  const look = (code) => {
    const list = read();
    // Setting the clock back makes it no newer.
    if (!list || list.at > Date.now()) return { state: "none" };
    if (list.given.includes(code)) return { state: "given", at: list.at };
    if (Date.now() - list.at > DAY) return { state: "old", at: list.at };
    if (list.ends_in !== null && Date.now() - list.at > list.ends_in * 1000) return { state: "over", at: list.at };
    return { state: has(list, code) ? "open" : "unlisted", at: list.at };
  };

  // A gift handed over at this till while it is online is no longer open, whatever is in the list.
  const give = (code) => {
    const list = read();
    if (list && !list.given.includes(code)) store({ ...list, given: [...list.given, code] });
  };

  const given = document.querySelector("[data-given]");
  if (given) give(given.dataset.given);
  const list = read();
  const isStale = !list || Date.now() - list.at > SOON || list.at > Date.now();
  if (isStale || document.querySelector("[data-taken-back]")) refresh();
  setInterval(refresh, AGAIN);
  return { look, refresh, DAY };
})();
