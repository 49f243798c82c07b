/**
 * One upload as its user sees it: its state, its progress, and the handles to
 * pause, resume and cancel it.
 *
 * @module upload
 */

import { aborted, hasCode } from "./errors.js";
import { Rate } from "./rate.js";

/**
 * starting, then checking (what has arrived before), sending, retrying (a pause
 * before the next attempt), paused, finishing (the store puts parts together),
 * and at the end done, failed or cancelled.
 * @typedef {"starting" | "checking" | "sending" | "retrying" | "paused" | "finishing" | "done" | "failed" | "cancelled"} State
 */

/**
 * @typedef {object} Uploaded
 * @property {string} key as it was normalised
 * @property {string} etag "" where the store hides it
 * @property {string} [versionId]
 */

/**
 * @typedef {object} Pace
 * @property {number} speed bytes a second; 0 in the first second
 * @property {number} secondsLeft Infinity as long as nobody can tell
 */

/**
 * What a transfer works with.
 * @typedef {object} Job
 * @property {import("./api.js").Api} api
 * @property {import("./hasher.js").Hasher} hasher
 * @property {import("./hints.js").Hints} hints
 * @property {string} key
 * @property {Blob} file
 * @property {{overwrite?: boolean, metadata?: Record<string, string>, name?: string}} declared
 * @property {boolean} resume whether to look for an unfinished upload
 * @property {number} parallel parts at a time
 * @property {number} stall milliseconds
 * @property {import("./retry.js").RetryOptions} patience
 * @property {(sent: number) => void} onSent
 * @property {(state: State) => void} onState
 */

/**
 * An unfinished upload that was given up and is still at the store.
 * @typedef {object} Left
 * @property {string} key
 * @property {string} uploadId
 */

/**
 * @typedef {object} Transfer
 * @property {(signal: AbortSignal) => Promise<Uploaded>} run may be called again after an abort, and goes on
 * @property {() => Promise<Left | undefined>} discard removes what has arrived, or returns it
 * @property {() => void} [leave]
 */

/**
 * @typedef {object} Listeners
 * @property {(sent: number, total: number, pace: Pace) => void} [onProgress] bytes
 * @property {(state: State, why?: Error) => void} [onState] why: of retrying and failed
 */

export class Upload {
  /** @type {State} */
  state = "starting";
  /** @type {Promise<Uploaded>} fails with a BytepassError, or with an AbortError when it was cancelled */
  done;
  /**
   * @type {Left | undefined} after the end, what is left to another browser, which began this
   * upload: Bytepass.discard removes it too, and that browser then begins anew
   */
  left;

  #stop = new AbortController();
  #cancelled = false;
  #rate = new Rate();
  /** @type {{promise: Promise<void>, end: () => void, over: boolean} | undefined} set from pause until the transfer goes on */
  #paused;
  #listeners;
  #transfer;

  /**
   * @param {(hooks: Pick<Job, "onSent" | "onState" | "patience">) => Transfer} make
   * @param {number} total bytes
   * @param {Listeners & {signal?: AbortSignal, attempts?: number}} options
   */
  constructor(make, total, { signal, attempts, ...listeners }) {
    this.#listeners = listeners;
    this.#transfer = make({
      onSent: (sent) => {
        if (this.state === "retrying") this.#become("sending");
        listeners.onProgress?.(sent, total, this.#rate.measure(sent, total, performance.now()));
      },
      onState: (state) => this.#become(state),
      patience: { attempts, onPause: ({ error }) => this.#become("retrying", error) },
    });
    const cancel = () => this.cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    if (signal?.aborted) this.#cancelled = true;
    this.done = this.#run().finally(() => signal?.removeEventListener("abort", cancel));
    this.done.catch(() => {}); // onState tells it, too: who listens there alone has not overlooked it
  }

  /** Stops sending. What has arrived stays; parts that are under way will be sent again. */
  pause() {
    if (this.#isOver() || (this.#paused && !this.#paused.over) || this.state === "finishing") return;
    this.#become("paused");
    let end = () => {};
    const promise = /** @type {Promise<void>} */ (new Promise((resolve) => (end = () => resolve())));
    this.#paused = { promise, end, over: false };
    this.#stop.abort();
  }

  /** Goes on after a pause. */
  resume() {
    if (!this.#paused) return;
    this.#paused.over = true; // another pause may come before the transfer has stopped
    this.#paused.end();
  }

  /**
   * Gives up, and removes what has arrived, unless another browser began this
   * upload: that one may be going on with it, and left names it. done fails with an AbortError.
   */
  cancel() {
    if (this.#isOver()) return;
    this.#cancelled = true;
    this.#stop.abort();
    this.#paused?.end();
  }

  async #run() {
    try {
      const uploaded = await this.#untilDone();
      this.#become("done");
      return uploaded;
    } catch (error) {
      // A file that is not what was chosen will never be, nor one whose key is
      // taken: nothing half-written stays.
      if (this.#cancelled || hasCode(error, "file-changed") || hasCode(error, "conflict")) {
        this.left = await this.#transfer.discard().catch(() => undefined); // else the bucket's lifecycle does it
      }
      this.#transfer.leave?.();
      this.#become(this.#cancelled ? "cancelled" : "failed", /** @type {Error} */ (error));
      throw error;
    }
  }

  /** @returns {Promise<Uploaded>} */
  async #untilDone() {
    for (;;) {
      if (this.#cancelled) throw aborted();
      try {
        return await this.#transfer.run(this.#stop.signal);
      } catch (error) {
        if (this.#cancelled) throw aborted();
        if (!this.#paused || hasCode(error, "file-changed")) throw error;
      }
      for (let pause = null; pause !== this.#paused; ) await (pause = this.#paused).promise;
      if (this.#cancelled) throw aborted();
      this.#paused = undefined;
      this.#stop = new AbortController();
      this.#rate.reset();
      this.#become("sending");
    }
  }

  #isOver() {
    return this.state === "done" || this.state === "failed" || this.state === "cancelled";
  }

  /** @param {State} state @param {Error} [why] */
  #become(state, why) {
    // Whatever still ends inside of a paused transfer does not end the pause.
    const ending = state === "done" || state === "failed" || state === "cancelled";
    if (this.#paused && !ending) return;
    if (state === this.state && !why) return;
    this.state = state;
    this.#listeners.onState?.(state, why);
  }
}
