// How things are called on the page.

const KINDS = {
  card: "card number", cvv: "card security code", expiry: "expiry date", ssn: "social security number",
  phone: "phone number", email: "e-mail address", name: "name", address: "address",
  dob: "date of birth", account: "account number", policy: "policy number", order: "order number",
  routing: "routing number", iban: "IBAN", ip: "IP address", password: "password", pin: "PIN",
  otp: "one-time code", number: "long number", unavailable: "text withheld",
};
const WHY = {
  lost_packets: "packets lost", recogniser_unavailable: "recogniser away",
  worker_restarted: "restarted", overload: "overload", paused: "paused on purpose",
};
const REASONS = {
  bye: "hung up", media_timeout: "no more audio", lost: "connection lost", fault: "fault",
  shutdown: "shut down", removed: "removed",
};
const INGRESS = {
  sip: "SIP", siprec: "SIPREC", inline: "In line", audiosocket: "Asterisk AudioSocket",
  chan_websocket: "Asterisk websocket",
};

const plain = (name) => name.replaceAll("_", " ");

export const kinds = () => Object.keys(KINDS).filter((kind) => kind !== "unavailable");
export const kindName = (kind) => KINDS[kind] || plain(kind);
export const whyName = (why) => WHY[why] || plain(why);
export const reasonName = (reason) => REASONS[reason] || plain(reason);
export const ingressName = (ingress) => INGRESS[ingress] || ingress.toUpperCase();

export function roleName(role) {
  const words = plain(role);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function legName(leg) {
  return leg.participant_name || roleName(leg.role);
}

// Ours, asked for or by keys: unlike a hold, it is for all legs and ends only when it is told to.
const PAUSES = ["api", "dtmf", "ingress"];

export function isPaused(call) {
  const there = call.legs.filter((leg) => leg.left_ms === undefined || leg.left_ms === null);
  return there.length > 0 && there.every((leg) => PAUSES.includes(leg.held_why));
}

export function heldName(call) {
  if (isPaused(call)) return "Paused";
  return call.legs.some((leg) => leg.held) ? "On hold" : "";
}

export function partiesName(call) {
  return call.legs.length ? call.legs.map(legName).join(" · ") : "Connecting";
}

export function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((n) => String(n).padStart(2, "0"));
  const hours = Math.floor(seconds / 3600);
  return hours ? `${hours}:${parts.join(":")}` : parts.join(":");
}

export function seconds(ms) {
  return ms < 10000 ? `${(ms / 1000).toFixed(1)} s` : clock(ms);
}

const today = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const earlier = new Intl.DateTimeFormat(undefined, {
  day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
});

export function moment(iso) {
  const at = new Date(iso);
  return (at.toDateString() === new Date().toDateString() ? today : earlier).format(at);
}
