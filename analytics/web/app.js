// The page: who is logged in, which calls there are, and the one that is looked at.

import * as api from "./api.js";
import { Lines } from "./lines.js";
import { Login, said } from "./login.js";
import { Player } from "./player.js";
import { Stream } from "./stream.js";
import { showSummary } from "./summary.js";
import { clock, heldName, ingressName, isPaused, moment, partiesName, reasonName } from "./words.js";

const $ = (id) => document.getElementById(id);

const calls = new Map(); // every call known to the page, by call_id
const lines = new Lines($("lines"), $("spoken"));
const player = new Player($("player"), $("lines"));
let list = null; // the stream of the list of calls
let captions = null; // the stream of the call that is looked at
let shown = ""; // its call_id
let following = true; // whether the newest line stays in view
let mayControl = false; // whether this session may pause calls
let older = false; // whether there are more finished calls than listed

// ---- logging in and out

const login = new Login({ entered, left });

function entered(who) {
  $("compliance").hidden = !who.scopes.includes("compliance");
  mayControl = who.scopes.includes("control");
  const live = who.scopes.includes("captions");
  linked(live ? "connecting" : "none");
  if (live) list = new Stream({ view: "list" }, { message: listMessage, state: linkState, denied });
  loadEnded();
  route();
}

function left() {
  for (const stream of [list, captions]) stream?.close();
  list = captions = null;
  calls.clear();
  look("");
}

async function denied() {
  try {
    await api.who();
    return false;
  } catch (error) {
    if (error.status !== 401) return false;
    login.leave();
    return true;
  }
}

// ---- the link to the server

const LINKS = {
  on: "Connected", off: "Reconnecting…", connecting: "Connecting…", none: "Stored calls only",
};

function linked(state) {
  $("link").dataset.state = state;
  $("link").textContent = LINKS[state];
}

const linkState = (connected) => linked(connected ? "on" : "off");

function hurry() {
  if (document.hidden) return;
  list?.hurry();
  captions?.hurry();
}
addEventListener("online", hurry);
document.addEventListener("visibilitychange", hurry);

// ---- the list of calls

function listMessage(message) {
  if (message.type === "snapshot") {
    const live = new Set(message.calls.map((call) => call.call_id));
    for (const [id, call] of calls) {
      // It ended while we were away.
      if (call.state === "live" && !live.has(id)) calls.delete(id);
    }
    for (const call of message.calls) keep(call);
    loadEnded();
  } else if (message.type === "call") {
    keep(message);
  } else {
    changeCall(message);
  }
  showList();
}

function keep(call) {
  calls.set(call.call_id, { ...calls.get(call.call_id), ...call });
}

function changeCall(message) {
  const call = calls.get(message.call_id);
  if (!call) return;
  if (message.type === "leg") {
    const others = call.legs.filter((leg) => leg.leg_id !== message.leg_id);
    call.legs = [...others, message].sort((a, b) => a.channel - b.channel);
  } else if (message.type === "call_ended") {
    const { ended_at, duration_ms, reason } = message;
    Object.assign(call, { state: "ended", ended_at, duration_ms, reason });
  } else if (message.type === "summary") {
    call.summary = message.summary;
    if (shown === message.call_id) loadStored(shown);
  }
  if (shown === message.call_id) showHead();
}

async function loadEnded(before = "") {
  try {
    const page = await api.endedCalls(before);
    for (const call of page.calls) keep(call);
    if (before || !older) older = page.calls.length === 30;
    showList();
  } catch (error) {
    if (error.status === 401) login.leave();
  }
}

function showList() {
  const all = [...calls.values()].sort((a, b) => (a.call_id < b.call_id ? 1 : -1));
  const live = all.filter((call) => call.state === "live");
  const ended = all.filter((call) => call.state !== "live");
  fillList($("live-calls"), live);
  fillList($("recent-calls"), ended);
  $("live-count").textContent = String(live.length);
  $("no-live").hidden = live.length > 0;
  $("no-recent").hidden = ended.length > 0;
  $("more").hidden = !older;
  document.title = live.length ? `(${live.length}) Trunkline` : "Trunkline · live calls";
}

// Buttons stay the same elements, so that focus stays where it is.
function fillList(place, wanted) {
  const known = new Map([...place.children].map((item) => [item.dataset.id, item]));
  const items = wanted.map((call) => known.get(call.call_id) || newItem(call.call_id));
  items.forEach((item, i) => {
    showItem(item, wanted[i]);
    if (place.children[i] !== item) place.insertBefore(item, place.children[i] || null);
  });
  while (place.children.length > items.length) place.lastElementChild.remove();
}

function newItem(id) {
  const item = document.createElement("li");
  item.dataset.id = id;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "pick";
  button.innerHTML = "<span class='dot'></span><span class='parties'></span>"
    + "<span class='length'></span><span class='sub muted'></span>";
  button.addEventListener("click", () => { location.hash = id; });
  item.append(button);
  return item;
}

function showItem(item, call) {
  const button = item.firstElementChild;
  button.setAttribute("aria-current", call.call_id === shown ? "true" : "false");
  button.classList.toggle("live", call.state === "live");
  const part = (name) => button.querySelector(`.${name}`);
  part("parties").textContent = partiesName(call);
  part("length").textContent = lengthOf(call);
  const why = call.state === "live" ? heldName(call).toLowerCase() : reasonName(call.reason || "");
  part("sub").textContent = [moment(call.started_at), ingressName(call.ingress || ""), why]
    .filter(Boolean).join(" · ");
}

function lengthOf(call) {
  return clock(call.state === "live" ? Date.now() - new Date(call.started_at) : call.duration_ms);
}

setInterval(() => {
  for (const item of $("live-calls").children) {
    const call = calls.get(item.dataset.id);
    if (call) item.querySelector(".length").textContent = lengthOf(call);
  }
  if (calls.get(shown)?.state === "live") showHead();
}, 1000);

$("more").addEventListener("click", () => {
  const ended = [...calls.values()].filter((call) => call.state !== "live");
  loadEnded(ended.map((call) => call.call_id).sort()[0]);
});

document.querySelector(".side").addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const buttons = [...document.querySelectorAll(".pick")];
  const next = buttons[buttons.indexOf(document.activeElement) + step];
  if (next) {
    event.preventDefault();
    next.focus();
  }
});

// ---- the call that is looked at

function route() {
  look(location.hash.slice(1));
}
addEventListener("hashchange", route);

function look(id) {
  captions?.close();
  captions = null;
  shown = id;
  lines.clear();
  following = true;
  $("summary").hidden = true;
  player.hide();
  $("pause").hidden = true;
  $("pause-error").textContent = "";
  $("welcome").hidden = Boolean(id);
  $("call").hidden = !id;
  $("desk").classList.toggle("looking", Boolean(id));
  if (!$("desk").hidden) showList();
  if (!id || $("desk").hidden) return;
  wait("Loading…");
  showHead();
  // A call that is over is watched too: words of it may still be masked.
  if (list) watch(id);
  else loadStored(id);
}

function watch(id) {
  const message = (received) => { if (shown === id) captionMessage(received); };
  captions = new Stream({ call_id: id }, { message, state: linkState, denied });
}

function captionMessage(message) {
  if (message.type === "snapshot") {
    const [call] = message.calls;
    if (!call || calls.get(shown)?.state === "ended") {
      // Not in progress, or not yet known: the store may have it.
      loadStored(shown);
      return;
    }
    const { segments, gaps, ...rest } = call;
    keep(rest);
    showLines({ call: rest, segments, gaps });
    showList();
  } else if (message.type === "segment") {
    lines.segment(message, true);
  } else if (message.type === "gap") {
    lines.gap(message);
  } else {
    if (message.type === "call") keep(message);
    if (message.type === "leg") lines.leg(message);
    // The list's stream says it too, unless it is just away.
    if (message.type !== "summary") changeCall(message);
  }
  showHead();
  wait(lines.empty ? "Listening…" : "");
  follow();
}

async function loadStored(id) {
  try {
    const stored = await api.transcript(id);
    if (shown !== id) return;
    keep({ ...stored.call, summary: stored.summary });
    if (stored.call.state === "live") return;
    showLines(stored);
    showHead();
    showList();
    showSummary($("summary"), stored.call, stored.summary);
    if (player.call?.call_id !== id) player.show(stored.call);
    wait(lines.empty ? "Nothing was said in this call." : "");
  } catch (error) {
    if (shown !== id) return;
    if (error.status === 401) login.leave();
    else if (!captions) wait(error.status === 404 ? "There is no such call." : said(error));
  }
}

function showLines({ call, segments, gaps }) {
  lines.clear();
  for (const leg of call.legs) lines.leg(leg);
  for (const segment of segments) lines.segment({ is_final: true, ...segment }, false);
  for (const gap of gaps) lines.gap(gap);
}

function showHead() {
  const call = calls.get(shown);
  if (!call) {
    $("call-title").textContent = "Call";
    $("call-facts").textContent = shown;
    return;
  }
  const live = call.state === "live";
  $("call-title").textContent = partiesName(call);
  $("call-facts").textContent = [
    new Date(call.started_at).toLocaleString(), lengthOf(call), ingressName(call.ingress || ""),
    live ? "" : reasonName(call.reason || ""),
  ].filter(Boolean).join(" · ");
  const held = live ? heldName(call) : "";
  $("call-state").textContent = live ? held || "Live" : "Ended";
  $("call-state").dataset.state = live ? (held ? "held" : "live") : "ended";
  showPause(call);
  showExports(call);
}

function showExports(call) {
  const place = $("exports");
  place.hidden = call.state === "live" || !call.summary;
  if (place.hidden || place.dataset.id === call.call_id) return;
  place.dataset.id = call.call_id;
  place.replaceChildren(...["text", "vtt", "srt", "json"].map((format) => {
    const link = document.createElement("a");
    link.href = api.exportPath(call.call_id, format);
    link.textContent = format === "text" ? "Text" : format.toUpperCase();
    link.download = `${call.call_id}.${format === "text" ? "txt" : format}`;
    return link;
  }));
}

// ---- pausing: nothing is heard or kept while a card number is given

function showPause(call) {
  const paused = isPaused(call);
  $("pause").hidden = !mayControl || call.state !== "live";
  $("pause").textContent = paused ? "Resume" : "Pause";
  $("pause").title = paused
    ? "Listen and record again" : "Stop listening and recording, for card numbers";
  $("pause").setAttribute("aria-pressed", String(paused));
}

$("pause").addEventListener("click", async () => {
  const id = shown;
  const paused = isPaused(calls.get(id) || { legs: [] });
  $("pause").disabled = true;
  $("pause-error").textContent = "";
  try {
    await (paused ? api.resume(id) : api.pause(id));
  } catch (error) {
    if (error.status === 401) login.leave();
    else if (shown === id) $("pause-error").textContent = said(error);
  } finally {
    $("pause").disabled = false;
  }
});

function wait(text) {
  $("waiting").textContent = text;
  $("waiting").hidden = !text;
}

// ---- keeping the newest line in view, unless the reader has scrolled away

function follow() {
  const live = calls.get(shown)?.state === "live";
  if (following && live) $("scroll").scrollTop = $("scroll").scrollHeight;
  $("latest").hidden = following || !live;
}

$("scroll").addEventListener("scroll", () => {
  const { scrollTop, scrollHeight, clientHeight } = $("scroll");
  following = scrollHeight - scrollTop - clientHeight < 60;
  $("latest").hidden = following || calls.get(shown)?.state !== "live";
});

$("latest").addEventListener("click", () => {
  following = true;
  follow();
});

$("back").addEventListener("click", () => { location.hash = ""; });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && shown) location.hash = "";
});

login.start();
