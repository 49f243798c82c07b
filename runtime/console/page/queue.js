// The uploads that wait, travel or have failed: a few travel at a time.

import { isAbort, isRefusal } from "../client/errors.js";

/** @typedef {"travelling" | "failed" | "waiting"} Group travelling: begun, paused or not; waiting: not begun, held or not */

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
  /** @type {Record<Group, Set<Item>>} sets, so that one is taken out of thousands as quickly as out of few */
  #groups = { travelling: new Set(), failed: new Set(), waiting: new Set() };
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

  /** @returns {Item[]} those that travel, those that have failed, and those that wait, each in its order */
  get items() {
    const { travelling, failed, waiting } = this.#groups;
    return [...travelling, ...failed, ...waiting];
  }

  /** @param {Group} group @returns {number} how many there are of it */
  count(group) {
    return this.#groups[group].size;
  }

  /** @param {string} key in NFC, as hints have it @returns {boolean} an upload of it is here, whatever its state */
  has(key) {
    return this.items.some((item) => item.key.normalize("NFC") === key);
  }

  /** @param {{key: string, file: File}[]} wanted */
  add(wanted) {
    if (this.items.length === 0) this.arrived = { files: 0, bytes: 0 };
    for (const { key, file } of wanted) {
      /** @type {Item} */
      const item = { key, file, state: "waiting", sent: 0 };
      this.#groups.waiting.add(item);
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

  /** Begins a failed one again, before those that wait: what has arrived of it stays. @param {Item} item */
  retry(item) {
    if (this.#groups.failed.has(item)) this.#again([item]);
  }

  /** Begins all failed ones again, but for those that would be refused again. */
  retryFailed() {
    this.#again([...this.#groups.failed].filter((item) => !isRefusal(item.error)));
  }

  /** @param {Item[]} items that have failed */
  #again(items) {
    this.#groups.waiting = new Set([...items, ...this.#groups.waiting]);
    for (const item of items) {
      item.upload = undefined;
      this.#change(item, "waiting");
    }
    this.#startNext();
  }

  /** Takes an item out, whatever its state. @param {Item} item */
  cancel(item) {
    this.#takeOut(item);
    this.#startNext();
  }

  /** Takes all out that have failed. */
  dismissFailed() {
    for (const item of this.#groups.failed) this.#takeOut(item);
  }

  /** Takes all out; none is begun in the place of another. */
  cancelAll() {
    for (const item of this.items) this.#takeOut(item);
  }

  /** @param {Item} item */
  #takeOut(item) {
    this.#groups[groupOf(item)].delete(item);
    item.upload?.cancel();
    this.listeners.onGone(item);
  }

  /** Holds all that travel or wait; none is begun in the place of another. */
  pauseAll() {
    for (const item of this.#groups.waiting) if (item.state === "waiting") this.#change(item, "held");
    for (const item of this.#groups.travelling) item.upload?.pause();
  }

  #startNext() {
    for (const item of this.#groups.waiting) {
      if (this.#travelling() >= PARALLEL) return;
      if (item.state === "waiting") void this.#send(item);
    }
  }

  /** @returns {number} how many keep others from being begun */
  #travelling() {
    let moving = 0, arriving = 0;
    for (const { state } of this.#groups.travelling) {
      if (state === "arriving") arriving++;
      else if (state !== "paused") moving++;
    }
    return moving + Math.max(0, arriving - ARRIVING);
  }

  /** @param {Item} item */
  async #send(item) {
    if (item.uploaded) return this.#arrive(item, item.uploaded);
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
    if (!this.#has(item)) return this.#startNext(); // it was taken out
    this.#change(item, "arriving");
    this.#startNext();
    try {
      await this.files.arrived(uploaded);
      if (!this.#has(item)) return;
      this.#groups.travelling.delete(item);
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
    if (!this.#has(item)) return; // it was taken out
    const before = groupOf(item);
    item.state = state;
    item.error = error;
    if (groupOf(item) !== before) {
      this.#groups[before].delete(item);
      this.#groups[groupOf(item)].add(item);
    }
    this.listeners.onItem(item);
  }

  /** @param {Item} item @returns {boolean} it was not taken out */
  #has(item) {
    return this.#groups[groupOf(item)].has(item);
  }
}

/** @param {Item} item @returns {Group} */
function groupOf({ state }) {
  if (state === "failed") return "failed";
  return state === "waiting" || state === "held" ? "waiting" : "travelling";
}
