// Shows what happens as it happens: the parts marked data-live are fetched anew at every event.

const AWAIT_MS = 120;
const LOST_MS = 6000;
const lost = document.getElementById("lost");
let waiting = 0;
let lostSince = 0;

function isTyping(part) {
  const active = document.activeElement;
  return part.contains(active) && active.matches("input, textarea, select");
}

function swap(part, fresh) {
  if (part.innerHTML === fresh.innerHTML) return;
  const open = [...part.querySelectorAll("details[open][id]")].map((each) => each.id);
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const row = focused?.closest("[id]")?.id;
  const label = focused?.textContent;
  part.replaceChildren(...fresh.childNodes);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  const again = row && document.getElementById(row);
  if (again) [...again.querySelectorAll("a, button, summary")].find((each) => each.textContent === label)?.focus();
  count();
}

async function refresh() {
  const parts = [...document.querySelectorAll("[data-live]")];
  if (!parts.length) return;
  if (parts.some(isTyping)) {
    document.activeElement.addEventListener("blur", later, { once: true });
    return;
  }
  const answer = await fetch(location.href, { headers: { "X-Live": "1" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of parts) {
    const replacement = fresh.getElementById(part.id);
    if (replacement && !isTyping(part)) swap(part, replacement);
  }
}

function later() {
  clearTimeout(waiting);
  waiting = setTimeout(() => refresh().catch(() => {}), AWAIT_MS);
}

function listen() {
  const stream = new EventSource("/api/v1/events/stream");
  stream.onopen = () => {
    if (lostSince) later();
    lostSince = 0;
    lost.hidden = true;
  };
  stream.onmessage = later;
  stream.onerror = () => {
    lostSince ||= Date.now();
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => (listen(), later()), LOST_MS);
    setTimeout(askWhetherLost, LOST_MS);
  };
}

async function askWhetherLost() {
  if (!lostSince) return;
  try {
    await fetch("/static/icon.svg", { cache: "no-store" });
    lost.hidden = true;
  } catch {
    lost.hidden = false;
  }
}

function count() {
  for (const each of document.querySelectorAll("[data-seconds]")) {
    const end = Date.now() + Number(each.dataset.seconds) * 1000;
    delete each.dataset.seconds;
    const tick = () => {
      if (!each.isConnected) return;
      each.textContent = String(Math.max(0, Math.round((end - Date.now()) / 1000)));
      if (Date.now() < end) setTimeout(tick, 1000);
    };
    tick();
  }
}

if (lost) {
  count();
  listen();
  document.addEventListener("visibilitychange", () => document.hidden || later());
}

// What an address names is shown, also when it lies folded.
const named = document.getElementById(location.hash.slice(1));
if (named instanceof HTMLDetailsElement) named.open = true;

// A draft whose form was stored is kept no longer.
const done = sessionStorage.getItem("callback:stored");
if (done && /[?&]did=(scheduled|added|cancelled|edit)\b/.test(location.search)) {
  localStorage.removeItem(done);
  sessionStorage.removeItem("callback:stored");
}
