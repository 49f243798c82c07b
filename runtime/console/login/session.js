/**
 * Who has signed in at this page, for as long as it is open.
 *
 * Access and refresh token are in the memory of the page alone, so nothing that
 * is stored can be stolen from a shared computer or by a later script. The page
 * renews by the refresh token, which the issuer changes each time (RFC 9700,
 * section 4.14), and not by a hidden frame, in which today's browsers send no
 * cookies to another site. After a reload, and in another tab, the page goes to
 * the issuer once and comes back without asking anything (prompt=none): it is
 * the issuer's own cookie that remembers who has signed in.
 *
 * A renewal is made when a token is asked for and soon expires, not by a clock:
 * a page that nobody uses keeps no session alive.
 *
 * @module session
 */

import { BytepassError, isPassing } from "../client/errors.js";
import { Issuer, strayAnswer } from "./issuer.js";
import { random } from "./random.js";

/** @typedef {import("./issuer.js").Tokens} Tokens */
/** @typedef {import("./issuer.js").Secrets} Secrets */

/** Between leaving for the issuer and coming back: the secrets of the sign-in, for this tab. */
const PENDING = "bytepass login";
/** Whether somebody has signed in with this browser, so that asking the issuer makes sense. */
const KNOWN = "bytepass signed in";
/** What a state begins with whose answer comes in a window of its own. */
const WINDOW = "window.";
/** How long before its end a token is renewed: a minute, or a quarter of a short life, in milliseconds. */
const EARLY = 60_000;
/** A token so young has not expired when the server refuses it: then its reason has to be heard. In milliseconds. */
const YOUNG = 10_000;
/** The issuer's ways to say that somebody has to be asked (OpenID Connect Core 1.0, section 3.1.2.6). */
const ASKING = ["login_required", "interaction_required", "consent_required", "account_selection_required"];

/**
 * out: nobody has signed in. in: somebody has. ended: somebody had, and what he
 * has begun waits until he signs in again.
 * @typedef {"out" | "in" | "ended"} State
 */

export class Session {
  /** @type {State} */
  state = "out";
  /** @type {Tokens | undefined} */
  #tokens;
  /** @type {Tokens["claims"] | undefined} who has signed in, or had */
  #who;
  /** @type {Promise<void> | undefined} a renewal under way: one for all */
  #renewing;
  /** @type {Secrets | undefined} of a sign-in in a window of its own */
  #elsewhere;
  /** Those who wait until somebody signs in again. */
  #again = waiting();
  #channel = new BroadcastChannel(PENDING);

  /**
   * @param {Issuer} issuer
   * @param {(state: State, why?: Error | string) => void} onChange
   */
  constructor(issuer, onChange) {
    this.issuer = issuer;
    this.onChange = onChange;
    this.#channel.onmessage = ({ data }) => this.#hear(data);
  }

  /** @returns {string} how the person is called; "" if nobody has signed in */
  get name() {
    const who = this.#who;
    return who?.name || who?.preferred_username || who?.email || who?.sub || "";
  }

  /** @returns {string} how the issuer tells the person from others */
  get subject() {
    return this.#who?.sub ?? "";
  }

  /**
   * Reads the issuer's answer, if the browser comes from there, or goes there
   * to ask whether somebody is signed in.
   */
  async begin() {
    const answer = new URLSearchParams(location.search);
    /** @type {(Secrets & {silent: boolean, hash: string}) | null} */
    const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? "null");
    sessionStorage.removeItem(PENDING);
    if (answer.has("code") || answer.has("error")) {
      history.replaceState(null, "", location.pathname + (pending?.hash ?? "")); // a code does not stay in the address
      return this.#answered(answer, pending);
    }
    if (location.search) history.replaceState(null, "", location.pathname + location.hash);
    // Whoever comes back without an answer, by the browser's Back, is not sent there again.
    if (pending || !localStorage.getItem(KNOWN)) this.#become("out");
    else await this.#leave({ silent: true });
  }

  /** @param {URLSearchParams} answer @param {(Secrets & {silent: boolean}) | null} pending */
  async #answered(answer, pending) {
    try {
      if (!pending) throw strayAnswer();
      this.#enter(await this.issuer.tokensFor(answer, pending));
    } catch (error) {
      const quiet = pending?.silent && error instanceof BytepassError && ASKING.includes(error.code);
      if (quiet) localStorage.removeItem(KNOWN);
      this.#become("out", quiet ? undefined : /** @type {Error} */ (error));
    }
  }

  /** @param {{silent: boolean}} options */
  async #leave({ silent }) {
    const secrets = { state: random(), nonce: random(), verifier: random() };
    const url = await this.issuer.authorizationUrl(secrets, { silent });
    sessionStorage.setItem(PENDING, JSON.stringify({ ...secrets, silent, hash: location.hash }));
    if (silent) location.replace(url);
    else location.assign(url);
  }

  /**
   * Has somebody sign in. It has to be called by a click.
   * @param {{stay: boolean}} options stay: in a window of its own, because leaving this page would lose what it does
   */
  async signIn({ stay }) {
    if (!stay) return this.#leave({ silent: false });
    const page = open("", "_blank", "popup,width=520,height=720"); // before anything is waited for, or it counts as unwanted
    if (!page) throw new BytepassError("The browser blocked the window to sign in. Allow windows of this page and try again.");
    this.#elsewhere = { state: WINDOW + random(), nonce: random(), verifier: random() };
    page.location.href = await this.issuer.authorizationUrl(this.#elsewhere, {});
  }

  /** Forgets everything, here and in all tabs, and goes to the issuer to sign out there. */
  signOut() {
    const { id, refresh } = this.#tokens ?? { id: "", refresh: "" };
    localStorage.removeItem(KNOWN);
    this.#channel.postMessage({ signedOut: true });
    this.#become("out");
    this.issuer.revoke(refresh);
    const url = this.issuer.signOutUrl(id);
    if (url) location.assign(url);
  }

  /**
   * The page's access token, renewed if it soon expires. If it cannot be
   * renewed this waits until somebody has signed in again.
   * @type {import("../client/api.js").TokenSource}
   */
  async token({ expired }) {
    let refused = expired;
    for (;;) {
      const held = this.#tokens;
      if (held && !isDue(held, refused)) return held.access;
      try {
        await (held ? this.#renew(held) : this.#again.promise);
      } catch (error) {
        if (held && !refused && Date.now() < held.expires) return held.access; // it can be renewed later
        throw error;
      }
      refused = false;
    }
  }

  /**
   * Renews the tokens, or ends the session if the issuer does not want to.
   * @param {Tokens} held
   * @returns {Promise<void>} fails if the issuer cannot be asked now
   */
  #renew(held) {
    return (this.#renewing ??= this.#renewed(held).finally(() => (this.#renewing = undefined)));
  }

  /** @param {Tokens} held */
  async #renewed(held) {
    try {
      const renewed = held.refresh ? await this.issuer.refresh(held) : undefined;
      if (this.#tokens !== held) this.issuer.revoke(renewed?.refresh ?? ""); // somebody has signed out meanwhile
      else if (renewed) this.#tokens = renewed;
      else this.#become("ended");
    } catch (error) {
      if (isPassing(error)) throw error;
      if (this.#tokens === held) this.#become("ended");
    }
  }

  /** @param {any} heard from another tab, or from the window to sign in */
  async #hear(heard) {
    if (heard.signedOut && this.state !== "out") {
      this.issuer.revoke(this.#tokens?.refresh ?? "");
      this.#become("out", "You have signed out in another tab.");
    }
    const pending = this.#elsewhere;
    if (!pending || typeof heard.answer !== "string") return;
    const answer = new URLSearchParams(heard.answer);
    if (answer.get("state") !== pending.state) return; // another tab's
    this.#elsewhere = undefined;
    try {
      const tokens = await this.issuer.tokensFor(answer, pending);
      if (this.#who && tokens.claims.sub !== this.#who.sub) {
        this.issuer.revoke(tokens.refresh);
        throw new BytepassError(`This page is ${this.name}'s, and somebody else has signed in. Sign in as ${this.name}, or reload the page.`);
      }
      this.#enter(tokens);
    } catch (error) {
      this.onChange(this.state, /** @type {Error} */ (error));
    }
  }

  /** @param {Tokens} tokens */
  #enter(tokens) {
    this.#tokens = tokens;
    this.#who = tokens.claims;
    localStorage.setItem(KNOWN, "yes");
    this.#become("in");
    this.#again.end();
    this.#again = waiting();
  }

  /** @param {State} state @param {Error | string} [why] */
  #become(state, why) {
    if (state !== "in") this.#tokens = undefined;
    this.state = state;
    this.onChange(state, why);
  }
}

/** @param {Tokens} held @param {boolean} refused by the server just now @returns {boolean} another token is needed */
function isDue({ issued, expires, refresh }, refused) {
  const now = Date.now();
  if (refused) return now >= expires || now - issued >= YOUNG;
  return now >= (refresh ? expires - Math.min(EARLY, (expires - issued) / 4) : expires);
}

/**
 * Hands the issuer's answer to the tab that waits for it, if this page is the
 * window of its own in which somebody has signed in.
 * @returns {boolean}
 */
export function handOver() {
  if (!new URLSearchParams(location.search).get("state")?.startsWith(WINDOW)) return false;
  const channel = new BroadcastChannel(PENDING);
  channel.postMessage({ answer: location.search });
  channel.close();
  history.replaceState(null, "", location.pathname);
  close();
  return true;
}

function waiting() {
  let end = () => {};
  const promise = /** @type {Promise<void>} */ (new Promise((resolve) => (end = () => resolve())));
  return { promise, end };
}
