// The lines of one call: each segment is one line, which changes in place until it is final.

import { clock, kindName, legName, roleName, seconds, whyName } from "./words.js";

const UNSURE = 0.4;

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function chip(word) {
  const made = element("span", "chip");
  made.dataset.kind = word.kind;
  made.title = `${kindName(word.kind)}, masked`;
  // A policy may show more than the kind: `[card:4242]`, a hash, a mask, a made-up value.
  const inside = word.text.startsWith("[") ? word.text.slice(1, -1).replace(":", " ") : word.text;
  // The brackets are not seen, but copied and read as part of the text.
  made.append(element("span", "bracket", "["), inside, element("span", "bracket", "]"));
  return made;
}

function fill(paragraph, segment) {
  const parts = [];
  for (const word of segment.words) {
    if (parts.length) parts.push(" ");
    if (!word.kind && !segment.is_final) {
      parts.push(word.text);
      continue;
    }
    const shown = word.kind ? chip(word) : element("span", "word", word.text);
    if (!word.kind && word.confidence < UNSURE) {
      shown.classList.add("unsure");
      shown.title = "The recogniser was not sure of this word";
    }
    // Where it is in the recording, for the player.
    shown.dataset.at = word.start_ms;
    shown.dataset.until = word.end_ms;
    parts.push(shown);
  }
  paragraph.replaceChildren(...parts);
  if (!segment.is_final) paragraph.append(parts.length ? " " : "", element("span", "caret"));
}

export class Lines {
  constructor(list, spoken) {
    this.list = list;
    this.spoken = spoken;
    this.rows = new Map();
    this.legs = new Map();
    this.shared = new Set();
  }

  clear() {
    this.list.replaceChildren();
    this.spoken.replaceChildren();
    this.rows.clear();
    this.legs.clear();
    this.shared.clear();
  }

  get empty() {
    return this.rows.size === 0;
  }

  leg(leg) {
    this.legs.set(leg.leg_id, leg);
    this.nameAgain(leg.leg_id);
  }

  nameAgain(legId) {
    for (const row of this.rows.values()) {
      if (row.entry.leg_id !== legId) continue;
      if (row.who) row.who.textContent = this.name(row.entry);
      row.item.dataset.side = this.side(row.entry);
    }
  }

  side(entry) {
    const leg = this.legs.get(entry.leg_id);
    const shared = this.shared.has(entry.leg_id) && entry.speaker;
    const role = leg && !shared ? leg.role : entry.speaker;
    if (role === "agent" || role === "customer") return role;
    if (shared) return Number(role.split("_")[1]) % 2 ? "agent" : "customer";
    return (leg ? leg.channel : entry.channel) % 2 ? "customer" : "agent";
  }

  // Several people on one leg: from then on its lines have labels, not the leg's name.
  noteShared(entry) {
    const leg = this.legs.get(entry.leg_id);
    if (!leg || this.shared.has(entry.leg_id)) return;
    if ([leg.role, `speaker_${leg.channel + 1}`].includes(entry.speaker)) return;
    this.shared.add(entry.leg_id);
    this.nameAgain(entry.leg_id);
  }

  // aloud: whether a screen reader should hear it, once it is final.
  segment(segment, aloud) {
    const known = this.rows.get(segment.segment_id);
    if (known && segment.is_final && !segment.words.length) {
      known.item.remove();
      this.rows.delete(segment.segment_id);
      return;
    }
    if (!known && !segment.words.length && segment.is_final) return;
    this.noteShared(segment);
    const row = known || this.add(segment.segment_id, segment, "said");
    const wasOpen = row.item.classList.contains("open");
    const relabelled = row.entry.speaker !== segment.speaker;
    row.entry = segment;
    if (relabelled) this.nameAgain(segment.leg_id);
    row.item.classList.toggle("open", !segment.is_final);
    if (known && wasOpen && segment.is_final) row.item.classList.add("settled");
    fill(row.text, segment);
    if (aloud && segment.is_final) this.say(`${row.who.textContent}: ${row.text.textContent}`);
  }

  gap(gap) {
    const id = `${gap.leg_id}/${gap.told_from_ms ?? gap.start_ms}/${gap.why}`;
    if (gap.start_ms >= gap.end_ms) {
      // All of it was recognised since.
      this.rows.get(id)?.item.remove();
      this.rows.delete(id);
      return;
    }
    const row = this.rows.get(id) || this.add(id, gap, "gap");
    const moved = row.entry.start_ms !== gap.start_ms;
    row.entry = gap;
    if (moved) this.place(row);
    const long = seconds(gap.end_ms - gap.start_ms);
    row.text.textContent = `${this.name(gap)}: ${long} not heard, ${whyName(gap.why)}`;
  }

  name(entry) {
    const leg = this.legs.get(entry.leg_id);
    const shared = this.shared.has(entry.leg_id) && entry.speaker;
    return leg && !shared ? legName(leg) : roleName(entry.speaker || "speaker");
  }

  add(id, entry, kind) {
    const item = element("li", `line ${kind}`);
    const row = { item, entry, text: element("p", "text") };
    item.dataset.side = this.side(entry);
    item.dataset.id = id;
    if (kind === "said") {
      row.who = element("span", "name", this.name(entry));
      const head = element("div", "meta");
      const at = element("time", "at", clock(entry.start_ms));
      head.append(row.who, at);
      item.append(head);
    }
    item.append(row.text);
    this.rows.set(id, row);
    this.place(row);
    return row;
  }

  // Nearly always at the end: look for the place from there.
  place(row) {
    const order = (entry) => [entry.start_ms, entry.channel ?? 99];
    const [start, channel] = order(row.entry);
    let after = this.list.lastElementChild;
    while (after) {
      const [otherStart, otherChannel] = order(this.rows.get(after.dataset.id).entry);
      if (otherStart < start || (otherStart === start && otherChannel <= channel)) break;
      after = after.previousElementSibling;
    }
    if (after) after.after(row.item);
    else this.list.prepend(row.item);
  }

  say(text) {
    this.spoken.append(element("p", "", text));
    while (this.spoken.childElementCount > 8) this.spoken.firstElementChild.remove();
  }
}
