// Counts, estimates and tables of the compliance page.

import { cell, element, header, number, row } from "./dom.js";
import { kindName } from "./words.js";

const $ = (id) => document.getElementById(id);
const LEVELS = 5; // shades of a cell, by its share of the largest

let shown = null;

export function showCounts(summary) {
  shown = summary;
  $("open-reviews").textContent = summary.reviews.waiting;
  showFigures(summary);
  showEstimates(summary.reviews);
  showPolicies(summary.policies);
  showHistory(summary);
  showKinds();
  const days = summary.days.map((day) => row(
    header("row", day.day), number(day.calls), shareCell(day.touched, day.calls), number(day.spans),
    number(day.unavailable), number(day.incomplete), number(day.old_policy),
  ));
  $("days").tBodies[0].replaceChildren(...days);
}

function tile(name, value, note = "") {
  const made = element("div", "tile", element("span", "value", value), element("span", "label", name));
  if (note) made.append(element("span", "note muted", note));
  return made;
}

function showFigures({ total, open_calls, oldest_open_at, reviews }) {
  const share = percent(total.calls ? total.touched / total.calls : 0);
  const since = oldest_open_at ? `oldest since ${new Date(oldest_open_at).toLocaleString()}` : "";
  const tiles = [
    tile("calls", total.calls.toLocaleString()),
    tile("of them touched", share, `${total.touched.toLocaleString()} with something masked`),
    tile("masked spans", total.spans.toLocaleString()),
    tile("segments withheld", total.unavailable.toLocaleString(),
      `redaction failed or was late, in ${total.unavailable_calls.toLocaleString()} calls`),
    tile("calls still open", open_calls.toLocaleString(), since),
    tile("under an old policy", total.old_policy.toLocaleString()),
    tile("transcripts incomplete", total.incomplete.toLocaleString()),
  ];
  if (reviews.not_masked_yet) {
    tiles.push(tile("missed, not masked yet", reviews.not_masked_yet.toLocaleString()));
  }
  $("figures").replaceChildren(...tiles);
}

export function percent(share) {
  if (share === 0 || share === 1) return `${share * 100} %`;
  return `${(share * 100).toPrecision(share < 0.1 ? 2 : 3)} %`;
}

const WAYS = {
  "rule of three": "nothing found: rule of three", wilson: "", "all reviewed": "all were reviewed",
};

function estimateRow(name, estimate) {
  if (!estimate) return row(header("row", name), cell("not known"), cell(""), cell(""), cell(""));
  const { share, low, high, found, looked_at, by } = estimate;
  const within = cell(`${percent(low)} to ${percent(high)}`);
  if (WAYS[by]) within.append(" ", element("span", "muted", `(${WAYS[by]})`));
  return row(header("row", name), cell(percent(share)), within, number(found), number(looked_at));
}

function showEstimates({ estimates, drawn, open, done, unclear, marks }) {
  $("estimates").tBodies[0].replaceChildren(
    estimateRow("all segments: something personal was shown", estimates.segments_with_miss),
    estimateRow("all personal spans: shown", estimates.missed_spans),
    estimateRow("all masked spans: hid nothing personal", estimates.false_alarms),
  );
  const names = { missed: "missed", false_alarm: "false alarm" };
  const marked = marks.map(({ mark, kind, count }) => `${names[mark]} ${kindName(kind)}: ${count}`);
  $("coverage").textContent = [
    `Drawn ${drawn}, reviewed ${done}, open ${open}, unclear ${unclear}.`,
    `The estimates speak of ${estimates.segments.toLocaleString()} segments with `
      + `${estimates.spans.toLocaleString()} masked spans.`,
    marked.length ? `Marks: ${marked.join(", ")}.` : "",
  ].join(" ");
}

function showPolicies(policies) {
  const chosen = $("policy").value;
  const named = ({ policy_version, name }) => (name ? `${name} (${policy_version})` : policy_version);
  const options = [new Option("all", ""), ...policies.map((p) => new Option(named(p), p.policy_version))];
  $("policy").replaceChildren(...options);
  if (options.some((option) => option.value === chosen)) $("policy").value = chosen;
  const moment = (iso) => new Date(iso).toLocaleString();
  $("policies").tBodies[0].replaceChildren(...policies.map((p) => row(
    header("row", element("code", "", p.policy_version)), cell(p.name), cell(moment(p.first_call_at)),
    cell(moment(p.last_call_at)), number(p.calls), cell(p.is_current ? "current" : "old"),
  )));
}

function showHistory({ history, policies }) {
  const moment = (iso) => (iso ? new Date(iso).toLocaleString() : "now");
  const calls = new Map(policies.map((p) => [p.policy_version, p.calls]));
  const does = ({ masked, left_in }) => [
    ...Object.entries(masked).map(([form, kinds]) => `${form}: ${kinds.join(", ")}`),
    ...(left_in.length ? [`left in: ${left_in.join(", ")}`] : []),
  ].join("; ");
  $("history").tBodies[0].replaceChildren(...history.map((span) => row(
    header("row", element("code", "", span.policy_version)), cell(span.name), cell(moment(span.from_at)),
    cell(moment(span.until_at)), number(calls.get(span.policy_version) ?? 0),
    cell(`${span.source} ${span.file_sha256.slice(0, 12)}`), cell(does(span.does)),
  )));
}

function showKinds() {
  const policy = $("policy").value;
  const counts = shown.kinds.filter((one) => !policy || one.policy_version === policy);
  const days = [...new Set(counts.map((one) => one.day))].sort();
  const spans = new Map();
  for (const one of counts) {
    const of = spans.get(one.kind) || spans.set(one.kind, new Map()).get(one.kind);
    of.set(one.day, (of.get(one.day) || 0) + one.spans);
  }
  const most = Math.max(1, ...[...spans.values()].flatMap((of) => [...of.values()]));
  const sum = (of) => [...of.values()].reduce((a, b) => a + b, 0);
  const head = row(header("col", "Kind"), header("col", "All days"), ...days.map((d) => header("col", d)));
  const rows = [...spans].sort((a, b) => sum(b[1]) - sum(a[1])).map(([kind, of]) => row(
    header("row", kindName(kind)), number(sum(of)),
    ...days.map((day) => shaded(of.get(day) || 0, most)),
  ));
  $("kinds").tHead.replaceChildren(head);
  $("kinds").tBodies[0].replaceChildren(...rows);
}

function shaded(count, most) {
  const made = number(count);
  made.dataset.level = count ? Math.ceil((LEVELS * count) / most) : 0;
  return made;
}

function shareCell(part, whole) {
  const bar = element("meter", "");
  bar.max = Math.max(1, whole);
  bar.value = part;
  const made = cell(bar, ` ${part.toLocaleString()} (${percent(whole ? part / whole : 0)})`);
  made.className = "number";
  return made;
}

$("policy").addEventListener("change", showKinds);
