// The panel of the uploads: a line for each, and what they amount to.

import { isRefusal } from "../client/errors.js";
import { $ } from "./dom.js";
import { numberText, progressText } from "./format.js";
import { say } from "./notices.js";
import { Tally } from "./tally.js";
import { Line, MOVING, RESTING } from "./upload-line.js";

/** @typedef {import("./queue.js").Queue} Queue */
/** @typedef {import("./queue.js").Item} Item */

/** How many lines are shown; of the others there is a count. */
const SHOWN = 50;
/** How often the panel is drawn at most, in milliseconds. */
const EVERY = 100;

export class UploadsPanel {
  /** @type {Map<Item, Line>} */
  #lines = new Map();
  /** @type {Set<Item>} what has changed since the last drawing */
  #changed = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** Whether uploads can only go on when somebody has signed in again. */
  #waits = false;

  #tally = new Tally(() => this.queue().count("travelling") + this.queue().count("waiting"));

  /** @param {() => Queue} queue */
  constructor(queue) {
    this.queue = queue;
    $("pause-all").onclick = () => this.#pauseAll();
    $("cancel-all").onclick = () => this.#all("cancel-all", "All uploads were cancelled", () => queue().cancelAll());
    $("retry-failed").onclick = () => this.#all("retry-failed", "The failed uploads begin again", () => queue().retryFailed());
    $("dismiss-failed").onclick = () => this.#all("dismiss-failed", "The failed uploads were dismissed", () => queue().dismissFailed());
  }

  /**
   * Does something to many, and hands the focus on if its button disappears.
   * @param {string} button @param {string} done what screen readers hear
   * @param {() => void} act
   */
  #all(button, done, act) {
    act();
    say(done);
    clearTimeout(this.#timer);
    this.#draw();
    if ($(button).hidden && !$("panel").hidden) $("panel-heading").focus();
  }

  /** @param {Item} item */
  changed(item) {
    this.#changed.add(item);
    if (item.state === "failed") this.#tally.failed(item.file.name, item.error);
    this.#drawSoon();
  }

  /** @param {boolean} waits until somebody has signed in again */
  wait(waits) {
    this.#waits = waits;
    for (const item of this.queue().items) this.#changed.add(item);
    this.#drawSoon();
  }

  /** @param {Item} item */
  gone(item) {
    this.#changed.delete(item);
    this.#drawSoon();
  }

  /** @param {string} key what the list shows by now */
  arrived(key) {
    this.#tally.arrived(key);
  }

  #drawSoon() {
    this.#timer ??= setTimeout(() => this.#draw(), EVERY);
  }

  #draw() {
    this.#timer = undefined;
    const { items } = this.queue();
    const focused = $("panel").contains(document.activeElement);
    this.#drawLines(items.slice(0, SHOWN));
    this.#drawUnseen();
    this.#drawSummary(items);
    if (focused && $("panel").hidden) $("choose").focus({ preventScroll: true });
  }

  /** Shows these and no others, in their order. @param {Item[]} items */
  #drawLines(items) {
    const list = $("uploads");
    const focused = list.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
    const shown = new Set(items);
    for (const [item, { row }] of this.#lines) {
      if (shown.has(item)) continue;
      row.remove();
      this.#lines.delete(item);
    }
    let place = list.firstElementChild;
    for (const item of items) {
      let line = this.#lines.get(item);
      if (!line || this.#changed.has(item)) (line ??= this.#newLine(item)).draw(this.#waits);
      if (line.row === place) place = place.nextElementSibling;
      else list.insertBefore(line.row, place);
    }
    this.#changed.clear();
    if (focused && document.activeElement !== focused) {
      // Its row was moved or has gone. The next one's button would be pressed by mistake.
      (focused.isConnected ? focused : $("panel-heading")).focus({ preventScroll: true });
    }
  }

  /** @param {Item} item */
  #newLine(item) {
    const line = new Line(item, this.queue());
    this.#lines.set(item, line);
    return line;
  }

  #drawUnseen() {
    const unseen = [];
    let room = SHOWN;
    for (const [group, word] of /** @type {const} */ ([["travelling", "under way"], ["failed", "failed"], ["waiting", "waiting"]])) {
      const count = this.queue().count(group);
      if (count > room) unseen.push(`${numberText(count - room)} ${word}`);
      room = Math.max(0, room - count);
    }
    $("unseen").hidden = unseen.length === 0;
    $("unseen").textContent = `Not shown: ${unseen.join(", ")}`;
  }

  /** @param {Item[]} items */
  #drawSummary(items) {
    $("panel").hidden = items.length === 0;
    const { arrived } = this.queue();
    let sent = arrived.bytes, total = arrived.bytes, speed = 0, failed = 0, again = false;
    for (const item of items) {
      if (item.state === "failed") { // nobody waits for its bytes
        failed++;
        again ||= !isRefusal(item.error);
        continue;
      }
      total += item.file.size;
      sent += item.sent;
      if (item.state === "sending") speed += item.pace?.speed ?? 0;
    }
    const pace = { speed, secondsLeft: speed > 0 ? (total - sent) / speed : Infinity };
    const count = arrived.files + items.length;
    const files = count === 1 ? "1 file" : `${numberText(count)} files`;
    const amounts = [arrived.files > 0 ? `${numberText(arrived.files)} of ${files}` : files];
    if (failed < count) amounts.push(progressText(sent, total, pace));
    if (failed > 0) amounts.push(`${numberText(failed)} failed`);
    $("panel-summary").textContent = amounts.join(" · ");
    const moving = items.some((item) => MOVING.includes(item.state));
    $("pause-all").textContent = moving ? "Pause all" : "Resume all";
    $("pause-all").hidden = items.length < 2 || !moving && !items.some((item) => RESTING.includes(item.state));
    $("cancel-all").hidden = items.length < 2;
    $("retry-failed").hidden = failed < 2 || !again;
    $("dismiss-failed").hidden = failed < 2;
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
