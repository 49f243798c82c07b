// The panel of the uploads: a line for each, and what they amount to.

import { isRefusal } from "../client/errors.js";
import { $, element, iconButton } from "./dom.js";
import { progressText, sentence } from "./format.js";
import { offerRemoval } from "./interrupted.js";
import { path, visible } from "./names.js";
import { say } from "./notices.js";

/** @typedef {import("./queue.js").Queue} Queue */
/** @typedef {import("./queue.js").Item} Item */

/** How many lines are shown; the others wait unseen. */
const SHOWN = 50;
/** How often a line is drawn at most, in milliseconds. */
const EVERY = 100;

const MOVING = ["waiting", "starting", "checking", "sending", "retrying"];
/** Paused by a person; resume takes them on. */
const RESTING = ["paused", "held"];
/** When an upload asks the API for something, and so needs somebody who has signed in. */
const ASKING = [...MOVING, "finishing", "arriving"];

export class UploadsPanel {
  /** @type {Map<Item, Line>} */
  #lines = new Map();
  /** @type {Set<Item>} what has changed since the last drawing */
  #changed = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** Whether uploads can only go on when somebody has signed in again. */
  #waits = false;

  /** @param {() => Queue} queue */
  constructor(queue) {
    this.queue = queue;
    $("pause-all").onclick = () => this.#pauseAll();
    $("cancel-all").onclick = () => {
      queue().cancelAll();
      say("All uploads were cancelled");
    };
  }

  /** @param {Item} item */
  changed(item) {
    this.#changed.add(item);
    if (item.state === "failed") say(`The upload of ${item.file.name} failed: ${sentence(item.error?.message)}`);
    this.#timer ??= setTimeout(() => this.#draw(), EVERY);
  }

  /** @param {boolean} waits until somebody has signed in again */
  wait(waits) {
    this.#waits = waits;
    for (const item of this.queue().items) this.#changed.add(item);
    this.#timer ??= setTimeout(() => this.#draw(), 0);
  }

  /** @param {Item} item */
  gone(item) {
    this.#changed.delete(item);
    const line = this.#lines.get(item);
    this.#lines.delete(item);
    line?.remove();
    this.#timer ??= setTimeout(() => this.#draw(), 0);
  }

  #draw() {
    this.#timer = undefined;
    const { items } = this.queue();
    for (const item of items) {
      if (this.#lines.size >= SHOWN) break;
      if (!this.#lines.has(item)) this.#lines.set(item, new Line(item, this.queue()));
    }
    for (const item of this.#changed) this.#lines.get(item)?.draw(this.#waits);
    this.#changed.clear();
    this.#drawSummary(items);
  }

  /** @param {Item[]} items */
  #drawSummary(items) {
    $("panel").hidden = items.length === 0;
    const unseen = items.length - this.#lines.size;
    $("unseen").hidden = unseen === 0;
    $("unseen").textContent = `and ${unseen} more`;
    const { arrived } = this.queue();
    let sent = arrived.bytes, total = arrived.bytes, speed = 0, failed = 0;
    for (const item of items) {
      if (item.state === "failed") { // nobody waits for its bytes
        failed++;
        continue;
      }
      total += item.file.size;
      sent += item.sent;
      if (item.state === "sending") speed += item.pace?.speed ?? 0;
    }
    const pace = { speed, secondsLeft: speed > 0 ? (total - sent) / speed : Infinity };
    const count = arrived.files + items.length;
    const files = arrived.files > 0 ? `${arrived.files} of ${count} files` : count === 1 ? "1 file" : `${count} files`;
    const amounts = [files];
    if (failed < count) amounts.push(progressText(sent, total, pace));
    if (failed > 0) amounts.push(`${failed} failed`);
    $("panel-summary").textContent = amounts.join(" · ");
    const moving = items.some((item) => MOVING.includes(item.state));
    $("pause-all").textContent = moving ? "Pause all" : "Resume all";
    $("pause-all").hidden = items.length < 2 || !moving && !items.some((item) => RESTING.includes(item.state));
    $("cancel-all").hidden = items.length < 2;
  }

  #pauseAll() {
    const queue = this.queue();
    if (queue.items.some((item) => MOVING.includes(item.state))) {
      queue.pauseAll();
      return say("All uploads are paused");
    }
    for (const item of queue.items) queue.resume(item);
    say("All uploads go on");
  }
}

/** One upload: its name, its state, a progress bar and its buttons. */
class Line {
  /** @param {Item} item @param {Queue} queue */
  constructor(item, queue) {
    this.item = item;
    const name = visible(item.file.name);
    this.progress = element("progress", { max: 1, value: 0, "aria-label": `Upload of ${name}` });
    this.state = element("span", { className: "state" });
    this.pause = iconButton("pause", "Pause", `Pause the upload of ${name}`, () => this.#swap(() => queue.pause(item), this.play));
    this.play = iconButton("play", "Resume", `Resume the upload of ${name}`, () => this.#swap(() => queue.resume(item), this.pause));
    this.again = iconButton("again", "Retry", `Retry the upload of ${name}`, () => this.#swap(() => queue.retry(item), this.stop));
    this.stop = iconButton("close", "Cancel", `Cancel the upload of ${name}`, () => {
      const next = /** @type {HTMLElement | null} */ (this.row.nextElementSibling ?? this.row.previousElementSibling);
      const { upload } = item;
      queue.cancel(item);
      upload?.done.catch(() => upload.left && offerRemoval(queue.files, upload.left, item.file.name));
      (next?.querySelector("button:last-child") ?? $("choose")).focus();
    });
    const actions = element("div", { className: "actions" }, this.pause, this.play, this.again, this.stop);
    this.row = element("li", {}, element("span", { className: "name" }, path(item.key)), actions, this.progress, this.state);
    $("uploads").append(this.row);
    this.draw();
  }

  /** A button that disappears hands the focus on. @param {() => void} act @param {HTMLElement} other */
  #swap(act, other) {
    act();
    this.draw();
    other.focus();
  }

  /** @param {boolean} [waits] until somebody has signed in again */
  draw(waits = false) {
    const { state, sent, file, pace, error } = this.item;
    const failed = state === "failed";
    const resting = RESTING.includes(state);
    this.row.classList.toggle("failed", failed);
    this.progress.hidden = failed;
    this.progress.value = file.size > 0 ? sent / file.size : 0;
    this.pause.hidden = !MOVING.includes(state);
    this.play.hidden = !resting;
    this.again.hidden = !failed || isRefusal(error);
    const stored = failed && this.item.uploaded !== undefined;
    this.again.title = stored ? "Look again" : "Retry";
    this.again.setAttribute("aria-label", stored ? `Look for ${visible(file.name)} in the list again` : `Retry the upload of ${visible(file.name)}`);
    this.stop.title = failed ? "Dismiss" : "Cancel";
    this.stop.setAttribute("aria-label", `${failed ? "Dismiss the failed" : "Cancel the"} upload of ${visible(file.name)}`);
    const why = sentence(error?.message);
    if (waits && ASKING.includes(state)) {
      this.state.textContent = `Paused at ${progressText(sent, file.size)} until you sign in again`;
      return;
    }
    this.state.textContent = {
      waiting: "Waiting", held: "Paused", starting: "Starting", checking: "Checking what has arrived already",
      sending: progressText(sent, file.size, pace), retrying: `${why} Trying again …`,
      paused: `Paused at ${progressText(sent, file.size)}`, finishing: "The store puts the parts together",
      arriving: "Arriving in the list", failed: why, done: "", cancelled: "",
    }[state];
  }

  remove() {
    this.row.remove();
  }
}
