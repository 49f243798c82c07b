// One upload in the panel.

import { isRefusal } from "../client/errors.js";
import { $, element, iconButton } from "./dom.js";
import { progressText, sentence } from "./format.js";
import { offerRemoval } from "./interrupted.js";
import { path, visible } from "./names.js";

/** @typedef {import("./queue.js").Queue} Queue */
/** @typedef {import("./queue.js").Item} Item */

/** The states in which it can be paused. */
export const MOVING = ["waiting", "starting", "checking", "sending", "retrying"];
/** Paused by a person; resume takes them on. */
export const RESTING = ["paused", "held"];
/** When it asks the API for something, and so needs somebody who has signed in. */
const ASKING = [...MOVING, "finishing", "arriving"];

/** Its name, its state, a progress bar and its buttons. */
export class Line {
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
    this.progress.hidden = failed || state === "waiting" || state === "held"; // an empty bar says nothing
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
}
