/**
 * The signed URLs of an upload's parts: fresh ones, before they expire.
 *
 * @module part-urls
 */

/** @typedef {{partNumber: number, url: string, headers?: Record<string, string>}} SignedPart */
/** @typedef {{parts: SignedPart[], expiresAt: string}} Batch */

/** How many URLs are asked for at a time, once those that came with the start are used up. */
const BATCH = 100;
/** How long before its end a URL counts as expired, in milliseconds. */
const MARGIN = 20_000;
/** The most of a URL's life that this may be. */
const SHARE = 1 / 3;

export class PartUrls {
  /** @type {Map<number, {signed: SignedPart, expires: number}>} */
  #held = new Map();
  /** @type {Promise<void>} the last batch that was asked for */
  #asking = Promise.resolve();

  /**
   * @param {(numbers: number[], signal?: AbortSignal) => Promise<Batch>} ask signs a batch; the answer may hold fewer than asked for
   * @param {() => number} [now] milliseconds
   */
  constructor(ask, now = Date.now) {
    this.ask = ask;
    this.now = now;
  }

  /** @param {Batch} batch */
  add({ parts, expiresAt }) {
    // A clock that is wrong by more than the URLs live would find each of them
    // expired: then the store's 403 has to tell.
    const now = this.now();
    const life = Date.parse(expiresAt) - now;
    const expires = life > 0 ? now + life - Math.min(MARGIN, SHARE * life) : Infinity;
    for (const signed of parts) this.#held.set(signed.partNumber, { signed, expires });
  }

  /** @param {number} number of a part whose URL the store has refused */
  drop(number) {
    this.#held.delete(number);
  }

  /**
   * @param {number} number
   * @param {Iterable<number>} next the parts that will be wanted soon
   * @param {AbortSignal} [signal] ends the asking, too
   * @returns {Promise<SignedPart>}
   */
  async get(number, next, signal) {
    if (!this.#fresh(number)) {
      // One batch at a time: the one that is under way may hold it.
      const turn = this.#asking.catch(() => {}).then(() => this.#refill(number, next, signal));
      this.#asking = turn;
      await turn;
    }
    const held = this.#held.get(number);
    if (!held) throw new Error(`the API signed no part ${number}`);
    return held.signed;
  }

  /** @param {number} number @param {Iterable<number>} next @param {AbortSignal} [signal] */
  async #refill(number, next, signal) {
    if (this.#fresh(number)) return;
    const wanted = [number];
    for (const other of next) {
      if (wanted.length === BATCH) break;
      if (other !== number && !this.#fresh(other)) wanted.push(other);
    }
    this.add(await this.ask(wanted, signal));
  }

  /** @param {number} number */
  #fresh(number) {
    const held = this.#held.get(number);
    return held !== undefined && held.expires > this.now();
  }
}
