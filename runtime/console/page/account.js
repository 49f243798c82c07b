// Who has signed in at the issuer, and the way in and out.

import { Issuer } from "../login/issuer.js";
import { handOver, Session } from "../login/session.js";
import { $ } from "./dom.js";
import { complain, say } from "./notices.js";

/** @typedef {import("../login/issuer.js").LoginConfig} LoginConfig */
/** @typedef {import("../login/session.js").State} State */

/**
 * What the page around it does.
 * @typedef {object} Page
 * @property {() => boolean} isBusy whether leaving the page would lose what it does
 * @property {(state: State) => void} onChange
 */

export class Account {
  /** @type {Session | undefined} */
  #session;

  /** @param {LoginConfig} config @param {Page} page */
  constructor(config, page) {
    this.config = config;
    this.page = page;
    $("sign-out").onclick = () => this.#session?.signOut();
  }

  /** @type {import("../client/api.js").TokenSource} */
  token = (asked) => {
    if (!this.#session) throw new Error("nobody can have signed in yet");
    return this.#session.token(asked);
  };

  /** @returns {string} whose uploads this browser remembers */
  owner = () => this.#session?.subject ?? "";

  /** Finds out whether somebody has signed in. The page may be left for it. */
  async start() {
    document.body.classList.add("signed-out");
    try {
      const issuer = await Issuer.discover(this.config);
      this.#session = new Session(issuer, (state, why) => this.#show(state, why));
      await this.#session.begin();
    } catch (error) {
      card("One cannot sign in now", reasonOf(/** @type {Error} */ (error)), "Try again", () => location.reload());
    }
  }

  /** @param {State} state @param {Error | string} [why] */
  #show(state, why) {
    const reason = why instanceof Error ? why.message : (why ?? "");
    const busy = this.page.isBusy();
    document.body.classList.toggle("signed-out", state === "out");
    $("account").hidden = state === "out";
    $("who").textContent = this.#session?.name ?? "";
    const signIn = () => this.#signIn();
    if (state === "in") {
      $("login").hidden = true;
      say(`Signed in as ${this.#session?.name}`);
    } else if (state === "ended") {
      card("Your sign-in has ended", reason || `${busy ? "Uploads are paused. " : ""}Sign in again to go on.`, "Sign in again", signIn);
    } else {
      card("Sign in", reason || (busy ? "Uploads are paused until you sign in again." : "Your files are behind a sign-in."), "Sign in", signIn);
    }
    this.page.onChange(state);
  }

  async #signIn() {
    try {
      await this.#session?.signIn({ stay: this.page.isBusy() });
    } catch (error) {
      $("login-why").textContent = reasonOf(/** @type {Error} */ (error));
    }
  }
}

/** @param {string} heading @param {string} why @param {string} label @param {() => void} act */
function card(heading, why, label, act) {
  complain(null);
  $("login").hidden = false;
  $("login-heading").textContent = heading;
  $("login-why").textContent = why;
  $("login-go").textContent = label;
  $("login-go").onclick = act;
}

/** @param {Error} error @returns {string} */
function reasonOf({ name, message }) {
  if (name !== "SecurityError") return message;
  return "The browser forbids this page to store anything, and a sign-in has to be remembered on the way to the issuer and back. Allow this page to keep site data (cookies), then try again.";
}

/**
 * Asks how people sign in here. Without an answer the page says so, and waits
 * until somebody has it ask again.
 * @returns {Promise<LoginConfig | undefined>} undefined if they do so by a token
 */
export async function loginConfig() {
  for (;;) {
    try {
      const config = await configured();
      document.body.classList.remove("signed-out");
      $("login").hidden = true;
      return config;
    } catch (error) {
      document.body.classList.add("signed-out");
      const { message } = /** @type {Error} */ (error);
      await new Promise((again) => card("The page cannot start", message, "Try again", () => again(undefined)));
      $("login-why").textContent = "Asking again …";
    }
  }
}

/** How long the server may take to say how people sign in, in seconds. */
const ASKING = 15;

/** @param {Error} error of a request */
const isLate = (error) => error.name === "TimeoutError";

/** @returns {Promise<LoginConfig | undefined>} */
async function configured() {
  const late = `The server has not answered for ${ASKING} seconds. Check the connection and try again.`;
  const response = await fetch("config.json", { cache: "no-store", signal: AbortSignal.timeout(1000 * ASKING) }).catch((error) => {
    throw new Error(isLate(error) ? late : "The server does not answer. Check the connection and try again.");
  });
  if (response.status === 404) return undefined; // these files are served by something that knows of no issuer
  if (!response.ok) throw new Error(`The server does not say how people sign in: it answers ${response.status}. Try again in a moment.`);
  const config = await response.json().catch((error) => {
    throw new Error(isLate(error) ? late : "The server does not say how people sign in: its config.json cannot be read.");
  });
  return config.login;
}

/** @returns {boolean} this page was only the window to sign in, and has nothing else to do */
export function isLoginWindow() {
  if (!handOver()) return false;
  document.body.classList.add("signed-out");
  card("Go back to the other window", "This one can be closed.", "Close", () => close());
  return true;
}
