// The HTTP API, as far as the page needs it.

export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

async function ask(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body ? JSON.stringify(body) : undefined,
  });
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    throw new Refused(answer.status, problem.detail || `HTTP ${answer.status}`);
  }
  return answer.status === 204 ? null : answer.json();
}

const path = (callId) => `/v1/calls/${encodeURIComponent(callId)}`;

export const logIn = (key) => ask("POST", "/v1/session", { api_key: key });
export const logOut = () => ask("DELETE", "/v1/session");
export const who = () => ask("GET", "/v1/session");
export const endedCalls = (before) =>
  ask("GET", `/v1/calls?state=ended&limit=30${before ? `&before=${encodeURIComponent(before)}` : ""}`);
export const transcript = (callId) => ask("GET", `${path(callId)}/transcript`);
export const pause = (callId) => ask("POST", `${path(callId)}/pause`);
export const resume = (callId) => ask("POST", `${path(callId)}/resume`);
export const exportPath = (callId, format) => `${path(callId)}/transcript?format=${format}`;
export const complianceSummary = (from, to) =>
  ask("GET", `/v1/compliance/summary?${new URLSearchParams({ from, to })}`);
export const nextReview = () => ask("GET", "/v1/compliance/reviews/next");
export const answerReview = (id, verdict) => ask("POST", `/v1/compliance/reviews/${id}`, verdict);
export const audioPath = (callId, channel = "mix") => `${path(callId)}/audio?channel=${channel}`;
export const recording = (callId) => ask("GET", `${path(callId)}/recording`);
