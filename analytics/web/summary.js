// What a finished call amounted to, above its transcript.

import { kindName, legName, roleName, seconds } from "./words.js";

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function fact(name, value) {
  const made = element("div", "fact");
  made.append(element("span", "value", value), element("span", "label", name));
  return made;
}

function share(part, whole) {
  return whole ? Math.round((100 * part) / whole) : 0;
}

export function showSummary(place, call, summary) {
  place.hidden = !summary;
  if (!summary) return;
  const bar = element("div", "bar-of-talk");
  const legend = element("div", "legend");
  const legs = new Map(call.legs.map((leg) => [leg.leg_id, leg]));
  const whole = summary.legs.reduce((sum, leg) => sum + leg.talk_ms, 0) + summary.silence_ms;
  for (const leg of summary.legs) {
    const side = leg.role === "agent" || leg.role === "customer"
      ? leg.role : leg.channel % 2 ? "customer" : "agent";
    const part = element("span", "part");
    part.dataset.side = side;
    part.style.flexGrow = String(leg.talk_ms);
    const name = legs.has(leg.leg_id) ? legName(legs.get(leg.leg_id)) : roleName(leg.role);
    const key = element("span", "key", `${name} ${share(leg.talk_ms, whole)} %`);
    key.dataset.side = side;
    bar.append(part);
    legend.append(key);
  }
  const silence = element("span", "part silence");
  silence.style.flexGrow = String(summary.silence_ms);
  bar.append(silence);
  legend.append(element("span", "key silence", `silence ${share(summary.silence_ms, whole)} %`));

  const facts = element("div", "figures");
  const words = summary.legs.reduce((sum, leg) => sum + leg.words, 0);
  const gaps = summary.legs.reduce((sum, leg) => sum + leg.gap_ms, 0);
  facts.append(fact("words", String(words)), fact("talked over", seconds(summary.overlap_ms)));
  if (gaps) facts.append(fact("not heard", seconds(gaps)));
  for (const [kind, count] of Object.entries(summary.redactions).sort()) {
    const masked = element("span", "chip", count > 1 ? `${kind} × ${count}` : kind);
    masked.title = `${kindName(kind)}: masked ${count === 1 ? "once" : `${count} times`}`;
    facts.append(masked);
  }
  if (!summary.transcript_complete) {
    facts.append(element("span", "warn", "The end of the transcript may be missing"));
  }
  place.replaceChildren(bar, legend, facts);
}
