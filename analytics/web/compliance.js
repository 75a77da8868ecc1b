// The compliance page: who is logged in, which of the two views is shown, and the period.

import * as api from "./api.js";
import { showCounts } from "./counts.js";
import { Login, said } from "./login.js";
import { Review } from "./review.js";

const $ = (id) => document.getElementById(id);
const DAY_MS = 86_400_000;

const review = new Review({ changed: () => loadCounts(), failed });
const login = new Login({ entered, left: () => review.clear() });

const isoDay = (ms) => new Date(ms).toISOString().slice(0, 10);

function entered(who) {
  if (!who.scopes.includes("compliance")) return "This key is not for compliance.";
  loadCounts();
  route();
  return "";
}

function failed(error) {
  if (error.status === 401) login.leave();
  else $("trouble").textContent = said(error);
}

$("period").addEventListener("submit", (event) => {
  event.preventDefault();
  loadCounts();
});

let asked = 0; // many days take longer than few: only the newest answer is shown

async function loadCounts() {
  const mine = (asked += 1);
  try {
    const summary = await api.complianceSummary($("from").value, $("to").value);
    if (mine !== asked) return;
    showCounts(summary);
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

const today = Date.now();
$("to").value = isoDay(today);
$("from").value = isoDay(today - 29 * DAY_MS);
login.start();
