// The uploads that wait, travel or have failed: a few travel at a time.

import { isAbort } from "../client/errors.js";

/** How many files travel at the same time. */
const PARALLEL = 3;
/** How many more have arrived and wait for the list to show them. */
const ARRIVING = 9;

/**
 * waiting and held (paused before it began) come before the upload's own
 * states, arriving (until the list shows it) after them.
 * @typedef {"waiting" | "held" | "arriving" | import("../client/upload.js").State} ItemState
 */

/**
 * @typedef {object} Item
 * @property {string} key
 * @property {File} file
 * @property {ItemState} state
 * @property {number} sent bytes
 * @property {import("../client/upload.js").Pace} [pace]
 * @property {Error} [error] of retrying and failed
 * @property {import("../client/upload.js").Upload} [upload]
 * @property {import("../client/upload.js").Uploaded} [uploaded] what is stored: sending it again would store it twice
 */

export class Queue {
  /** @type {Item[]} in the order in which they were added */
  items = [];
  /** What has arrived since there was last nothing to do. */
  arrived = { files: 0, bytes: 0 };

  /**
   * @param {import("../bytepass.js").Bytepass} files
   * @param {{onItem: (item: Item) => void, onGone: (item: Item) => void, onArrived: (item: Item, key: string) => void}} listeners
   */
  constructor(files, listeners) {
    this.files = files;
    this.listeners = listeners;
  }

  /** @param {{key: string, file: File}[]} wanted */
  add(wanted) {
    if (this.items.length === 0) this.arrived = { files: 0, bytes: 0 };
    for (const { key, file } of wanted) {
      /** @type {Item} */
      const item = { key, file, state: "waiting", sent: 0 };
      this.items.push(item);
      this.listeners.onItem(item);
    }
    this.#startNext();
  }

  /** @param {Item} item */
  pause(item) {
    if (item.state === "waiting") this.#change(item, "held");
    else item.upload?.pause();
    this.#startNext();
  }

  /** @param {Item} item a held one waits for its turn, a paused one goes on at once */
  resume(item) {
    if (item.state === "held") this.#change(item, "waiting");
    else item.upload?.resume();
    this.#startNext();
  }

  /** Begins a failed one again: what has arrived of it stays. One that was stored is only looked for. @param {Item} item */
  retry(item) {
    if (item.uploaded) return void this.#arrive(item, item.uploaded);
    item.upload = item.error = undefined;
    this.#change(item, "waiting");
    this.#startNext();
  }

  /** Takes an item out, whatever its state. @param {Item} item */
  cancel(item) {
    item.upload?.cancel();
    this.items = this.items.filter((other) => other !== item);
    this.listeners.onGone(item);
    this.#startNext();
  }

  /** Takes all out; none is begun in the place of another. */
  cancelAll() {
    const all = this.items;
    this.items = [];
    for (const item of all) {
      item.upload?.cancel();
      this.listeners.onGone(item);
    }
  }

  /** Holds all that travel or wait; none is begun in the place of another. */
  pauseAll() {
    for (const item of this.items) if (item.state === "waiting") this.#change(item, "held");
    for (const item of this.items) item.upload?.pause();
  }

  #startNext() {
    const resting = ["waiting", "held", "paused", "failed", "arriving"];
    const arriving = this.items.filter((item) => item.state === "arriving").length;
    let travelling = this.items.filter((item) => !resting.includes(item.state)).length + Math.max(0, arriving - ARRIVING);
    for (const item of this.items) {
      if (travelling >= PARALLEL) return;
      if (item.state !== "waiting") continue;
      travelling++;
      void this.#send(item);
    }
  }

  /** @param {Item} item */
  async #send(item) {
    this.#change(item, "starting");
    const upload = this.files.start(item.key, item.file, {
      onProgress: (sent, total, pace) => {
        item.sent = sent;
        item.pace = pace;
        this.listeners.onItem(item);
      },
      onState: (state, why) => {
        // Its end is told below.
        if (state === "done" || state === "failed" || state === "cancelled") return;
        this.#change(item, state, why);
      },
    });
    item.upload = upload;
    try {
      item.uploaded = await upload.done;
    } catch (error) {
      if (!isAbort(error)) this.#change(item, "failed", /** @type {Error} */ (error));
      return this.#startNext();
    }
    await this.#arrive(item, item.uploaded);
  }

  /** Waits until the list shows what is stored. @param {Item} item @param {import("../client/upload.js").Uploaded} uploaded */
  async #arrive(item, uploaded) {
    if (!this.items.includes(item)) return this.#startNext(); // it was taken out
    this.#change(item, "arriving");
    this.#startNext();
    try {
      await this.files.arrived(uploaded);
      if (!this.items.includes(item)) return;
      this.items = this.items.filter((other) => other !== item);
      this.arrived.files++;
      this.arrived.bytes += item.file.size;
      this.listeners.onGone(item);
      this.listeners.onArrived(item, uploaded.key);
    } catch (error) {
      this.#change(item, "failed", /** @type {Error} */ (error));
    }
    this.#startNext();
  }

  /** @param {Item} item @param {ItemState} state @param {Error} [error] */
  #change(item, state, error) {
    item.state = state;
    item.error = error;
    this.listeners.onItem(item);
  }
}
