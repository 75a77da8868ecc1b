// A captions websocket that comes back by itself, and resumes where it was.

const SHORTEST_MS = 300;
const LONGEST_MS = 8000;

export class Stream {
  // query: which view; on: {message, state(connected), denied}
  constructor(query, on) {
    this.query = query;
    this.on = on;
    this.epoch = "";
    this.seq = 0;
    this.pause = SHORTEST_MS;
    this.closed = false;
    this.open();
  }

  open() {
    const query = new URLSearchParams(this.query);
    if (this.epoch) {
      query.set("epoch", this.epoch);
      query.set("after", this.seq);
    }
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    this.socket = new WebSocket(`${scheme}//${location.host}/v1/captions?${query}`);
    this.socket.onopen = () => {
      this.pause = SHORTEST_MS;
      this.on.state(true);
    };
    this.socket.onmessage = (event) => this.receive(JSON.parse(event.data));
    this.socket.onclose = () => this.again();
  }

  receive(message) {
    // Each message but a snapshot is the one after the last: anything else was here already.
    if (message.type !== "snapshot" && message.epoch === this.epoch && message.seq <= this.seq) {
      return;
    }
    this.epoch = message.epoch;
    this.seq = message.seq;
    this.on.message(message);
  }

  again() {
    if (this.closed) return;
    this.on.state(false);
    this.timer = setTimeout(async () => {
      // A refused websocket does not say why: ask whether we are still logged in.
      if (this.pause > SHORTEST_MS && await this.on.denied()) return;
      if (!this.closed) this.open();
    }, this.pause * (0.75 + Math.random() / 2));
    this.pause = Math.min(2 * this.pause, LONGEST_MS);
  }

  // At once, for instance when the machine is back from sleep.
  hurry() {
    if (this.closed || this.socket.readyState <= WebSocket.OPEN) return;
    clearTimeout(this.timer);
    this.pause = SHORTEST_MS;
    this.open();
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket.close();
  }
}
