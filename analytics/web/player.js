// The recording of a finished call: the words of its transcript are places to listen from.

import * as api from "./api.js";
import { legName, seconds } from "./words.js";

const TRIES = 12; // a recording is made within seconds of the call's end

export class Player {
  constructor(place, list) {
    this.place = place;
    this.list = list;
    this.audio = place.querySelector("audio");
    this.select = place.querySelector("select");
    this.note = place.querySelector(".note");
    this.call = null;
    this.now = null;
    list.addEventListener("click", (event) => this.seek(event.target.closest("[data-at]")));
    this.select.addEventListener("change", () => this.load(this.audio.currentTime));
    this.audio.addEventListener("timeupdate", () => this.mark());
  }

  hide() {
    this.call = null;
    this.place.hidden = true;
    this.list.classList.remove("seekable");
    this.audio.pause();
    this.audio.removeAttribute("src");
    this.audio.load();
    this.mark();
  }

  async show(call, tries = TRIES) {
    this.call = call;
    const found = await api.recording(call.call_id).catch(() => null);
    if (this.call !== call) return;
    if (found?.state === "ready") this.offer(call, found);
    else if (!found && tries > 1 && Date.now() - new Date(call.ended_at) < 60000) {
      setTimeout(() => { if (this.call === call) this.show(call, tries - 1); }, 1000);
    }
  }

  offer(call, found) {
    const options = [["mix", "Everyone"], ...call.legs.map((leg) => [leg.channel, legName(leg)])];
    this.select.replaceChildren(...options.map(([value, name]) => new Option(name, value)));
    this.note.textContent = found.muted_ms ? `${seconds(found.muted_ms)} muted` : "nothing muted";
    this.place.hidden = false;
    this.list.classList.add("seekable");
    this.load(0);
  }

  load(at) {
    const playing = !this.audio.paused;
    this.audio.src = api.audioPath(this.call.call_id, this.select.value);
    this.audio.currentTime = at;
    if (playing) this.audio.play().catch(() => {});
  }

  seek(word) {
    // Words that are being marked for copying are not played.
    if (!word || this.place.hidden || !getSelection().isCollapsed) return;
    this.audio.currentTime = Math.max(0, Number(word.dataset.at) / 1000 - 0.2);
    this.audio.play().catch(() => {});
  }

  // The word that is being said, or was said last.
  mark() {
    const at = this.audio.currentTime * 1000;
    let now = null;
    if (this.call && !this.audio.paused) {
      for (const word of this.list.querySelectorAll("[data-at]")) {
        if (Number(word.dataset.at) <= at && Number(word.dataset.until) >= at - 600) now = word;
      }
    }
    if (now === this.now) return;
    this.now?.classList.remove("now");
    now?.classList.add("now");
    this.now = now;
  }
}
