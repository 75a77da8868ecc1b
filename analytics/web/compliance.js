// The compliance page: who is logged in, which of the two views is shown, and the period.

import * as api from "./api.js";
import { showCounts } from "./counts.js";
import { Review } from "./review.js";

const $ = (id) => document.getElementById(id);
const DAY_MS = 86_400_000;

const review = new Review({ changed: () => loadCounts(), failed });

async function start() {
  const today = Date.now();
  $("to").value = isoDay(today);
  $("from").value = isoDay(today - 29 * DAY_MS);
  try {
    enter(await api.who());
  } catch {
    leave();
  }
}

const isoDay = (ms) => new Date(ms).toISOString().slice(0, 10);

function enter(who) {
  if (!who.scopes.includes("compliance")) {
    leave("This key is not for compliance.");
    return;
  }
  $("login").hidden = true;
  $("desk").hidden = false;
  $("who").textContent = who.name ? `${who.name} · ${who.role}` : who.role;
  loadCounts();
  route();
}

function leave(why = "") {
  review.clear();
  $("desk").hidden = true;
  $("login").hidden = false;
  $("login-error").textContent = why;
  $("api-key").focus();
}

function failed(error) {
  if (error.status === 401) leave();
  else $("trouble").textContent = error.status ? error.message : "The server does not answer.";
}

$("login-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("login-error").textContent = "";
  try {
    const who = await api.logIn($("api-key").value);
    $("api-key").value = "";
    enter(who);
  } catch (error) {
    $("login-error").textContent = error.status ? error.message : "The server does not answer.";
  }
});

$("log-out").addEventListener("click", async () => {
  await api.logOut().catch(() => {});
  leave();
});

$("period").addEventListener("submit", (event) => {
  event.preventDefault();
  loadCounts();
});

async function loadCounts() {
  try {
    showCounts(await api.complianceSummary($("from").value, $("to").value));
    $("trouble").textContent = "";
  } catch (error) {
    failed(error);
  }
}

function route() {
  const reviewing = location.hash === "#review";
  $("counts").hidden = reviewing;
  $("review").hidden = !reviewing;
  for (const link of document.querySelectorAll(".tabs a")) {
    const current = link.hash === (reviewing ? "#review" : "#counts");
    link.toggleAttribute("aria-current", current);
  }
  if (reviewing && !$("desk").hidden) review.next();
}
addEventListener("hashchange", route);

start();
