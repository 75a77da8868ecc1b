// The review queue: one segment with its neighbours, the reviewer's marks, and the verdict.

import * as api from "./api.js";
import { element } from "./dom.js";
import { clock, kindName, kinds, roleName } from "./words.js";

const $ = (id) => document.getElementById(id);
const AROUND_MS = 2000; // heard before and after the segment

export class Review {
  constructor({ changed, failed }) {
    this.changed = changed; // the counts may have changed
    this.failed = failed;
    this.clear();
    $("kind").append(...kinds().map((kind) => new Option(kindName(kind), kind)));
    $("missed").addEventListener("submit", (event) => {
      event.preventDefault();
      this.markMissed();
    });
    $("save").addEventListener("click", () => this.answer(false));
    $("unclear").addEventListener("click", () => this.answer(true));
    $("turns").addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("keydown", (event) => {
      if (this.item && event.ctrlKey && event.key === "Enter") this.answer(false);
    });
  }

  clear() {
    this.item = null;
    this.marks = [];
    this.picked = null; // [first, last] of the words that are picked
    this.asking = false;
    $("audio").removeAttribute("src");
    $("turns").replaceChildren();
    $("item").hidden = true;
  }

  async next() {
    if (this.item || this.asking) return;
    this.asking = true;
    try {
      const item = await api.nextReview();
      this.asking = false;
      this.show(item);
    } catch (error) {
      this.asking = false;
      this.failed(error);
    }
  }

  show(item) {
    this.clear();
    this.item = item;
    $("nothing").hidden = Boolean(item);
    $("item").hidden = !item;
    $("queue").textContent = item ? `${item.left} to review` : "";
    if (!item) return;
    $("turns").replaceChildren(...item.turns.map((turn, i) => this.turn(turn, i === item.at)));
    this.showMarks();
    this.words[0]?.focus();
    this.listen();
  }

  get words() {
    return [...$("turns").querySelectorAll(".judged .word")];
  }

  get turnWords() {
    return this.item.turns[this.item.at].words;
  }

  turn(turn, judged) {
    const made = element("li", judged ? "turn judged" : "turn");
    const side = turn.speaker === "agent" || turn.speaker === "customer"
      ? turn.speaker : turn.channel % 2 ? "customer" : "agent";
    made.dataset.side = side;
    const meta = element("div", "meta", element("span", "name", roleName(turn.speaker)),
      element("time", "at", clock(turn.start_ms)));
    const text = element("p", "text");
    turn.words.forEach((word, i) => {
      text.append(i ? " " : "", judged ? this.word(word, i) : plain(word));
    });
    made.append(meta, text);
    return made;
  }

  word(word, i) {
    const made = element("button", word.kind ? "word chip" : "word", word.text);
    made.type = "button";
    made.tabIndex = i ? -1 : 0;
    if (word.kind) made.title = `${kindName(word.kind)}, masked`;
    made.addEventListener("click", (event) => this.pick(i, event.shiftKey));
    return made;
  }

  // The recording, if the appliance keeps one: what is masked in it cannot be heard either.
  async listen() {
    const item = this.item;
    const { start_ms, end_ms } = item.turns[item.at];
    $("audio").hidden = true;
    const found = await api.recording(item.call_id).catch(() => null);
    if (this.item !== item || found?.state !== "ready") return;
    const from = Math.max(0, start_ms - AROUND_MS) / 1000;
    $("audio").src = `${api.audioPath(item.call_id)}#t=${from},${(end_ms + AROUND_MS) / 1000}`;
    $("audio").hidden = false;
  }

  // ---- picking words

  pick(i, several) {
    const word = this.turnWords[i];
    const mark = this.marks.find((one) => one.first <= i && i <= one.last);
    if (mark) {
      this.unmark(mark);
    } else if (word.kind && !several) {
      if (word.kind === "unavailable") return;
      this.picked = null;
      this.marks.push({ mark: "false_alarm", first: i, last: i, kind: word.kind, said: "" });
    } else if (several && this.picked) {
      const [first, last] = this.picked;
      this.picked = [Math.min(first, i), Math.max(last, i)];
    } else {
      const same = this.picked && this.picked[0] === i && this.picked[1] === i;
      this.picked = same ? null : [i, i];
    }
    this.focus(i);
    this.showMarks();
  }

  focus(i) {
    const words = this.words;
    words.forEach((word, at) => { word.tabIndex = at === i ? 0 : -1; });
    words[i]?.focus();
  }

  key(event) {
    const words = this.words;
    const at = words.indexOf(document.activeElement);
    if (at < 0) return;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step && words[at + step]) {
      event.preventDefault();
      if (event.shiftKey) this.extend(at, at + step);
      this.focus(at + step);
    } else if (event.key.toLowerCase() === "m" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      $("kind").focus();
    }
  }

  extend(from, to) {
    const [first, last] = this.picked || [from, from];
    this.picked = to > from ? [first, Math.max(last, to)] : [Math.min(first, to), last];
    this.showMarks();
  }

  get canMark() {
    if (!this.picked) return false;
    const [first, last] = this.picked;
    const free = this.turnWords.slice(first, last + 1).every((word) => !word.kind);
    return free && !this.marks.some((one) => one.first <= last && first <= one.last);
  }

  // ---- marks

  markMissed() {
    if (!this.canMark) return;
    const [first, last] = this.picked;
    this.marks.push({ mark: "missed", first, last, kind: $("kind").value, said: "" });
    this.picked = null;
    this.focus(first);
    this.showMarks();
  }

  unmark(mark) {
    this.marks = this.marks.filter((one) => one !== mark);
    this.showMarks();
  }

  showMarks() {
    this.words.forEach((word, i) => {
      const mark = this.marks.find((one) => one.first <= i && i <= one.last);
      const picked = Boolean(this.picked && this.picked[0] <= i && i <= this.picked[1]);
      word.dataset.mark = mark ? mark.mark : "";
      word.setAttribute("aria-pressed", String(picked || Boolean(mark)));
    });
    $("mark-missed").disabled = !this.canMark;
    const ordered = [...this.marks].sort((a, b) => a.first - b.first);
    $("marks").replaceChildren(...ordered.map((mark) => this.markLine(mark)));
    $("save").textContent = this.marks.length ? "Save marks, next" : "All right, next";
    $("unclear").disabled = this.marks.length > 0;
  }

  markLine(mark) {
    const words = this.turnWords.slice(mark.first, mark.last + 1).map((word) => word.text).join(" ");
    const what = mark.mark === "missed" ? `Missed ${kindName(mark.kind)}: ` : "False alarm: ";
    const made = element("li", "mark", what, element("q", "", words));
    if (mark.mark === "false_alarm") {
      const said = element("input", "said");
      said.value = mark.said;
      said.maxLength = 200;
      said.placeholder = "what was said, if you can tell";
      said.setAttribute("aria-label", "What was said, if you can tell");
      said.addEventListener("input", () => { mark.said = said.value; });
      made.append(" ", said);
    }
    const drop = element("button", "quiet", "Remove");
    drop.type = "button";
    drop.addEventListener("click", () => this.unmark(mark));
    made.append(" ", drop);
    return made;
  }

  async answer(unclear) {
    if (!this.item || this.asking) return;
    this.asking = true;
    const { review_id, revision } = this.item;
    const marks = unclear ? [] : this.marks;
    try {
      await api.answerReview(review_id, { revision, marks, unclear });
    } catch (error) {
      this.asking = false;
      this.failed(error);
      if (error.status !== 409) return;
    }
    this.clear();
    this.changed();
    await this.next();
  }
}

function plain(word) {
  if (!word.kind) return word.text;
  const made = element("span", "chip", word.text);
  made.title = `${kindName(word.kind)}, masked`;
  return made;
}
