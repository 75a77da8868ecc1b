// Who is logged in, for every page: its form `#login`, and its `#desk`, which shows only then.

import * as api from "./api.js";

const $ = (id) => document.getElementById(id);

// What a person is told of a request that failed.
export const said = (error) => (error.status ? error.message : "The server does not answer.");

export class Login {
  // `entered(who)` returns why this key may not enter, or nothing; `left()` clears the page.
  constructor({ entered, left }) {
    this.entered = entered;
    this.left = left;
    $("login-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    $("log-out").addEventListener("click", async () => {
      await api.logOut().catch(() => {});
      this.leave();
    });
  }

  async start() {
    try {
      this.#enter(await api.who());
    } catch {
      this.leave();
    }
  }

  leave(why = "") {
    this.left();
    $("desk").hidden = true;
    $("login").hidden = false;
    $("login-error").textContent = why;
    $("api-key").focus();
  }

  #enter(who) {
    $("login").hidden = true;
    $("desk").hidden = false;
    $("who").textContent = who.name ? `${who.name} · ${who.role}` : who.role;
    const why = this.entered(who);
    if (why) this.leave(why);
  }

  async #submit() {
    $("login-error").textContent = "";
    try {
      const who = await api.logIn($("api-key").value);
      $("api-key").value = "";
      this.#enter(who);
    } catch (error) {
      $("login-error").textContent = said(error);
    }
  }
}
