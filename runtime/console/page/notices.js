// What the page tells: what was done, what went wrong, and that it is offline.

import { isAbort } from "../client/errors.js";
import { $, focusAgain } from "./dom.js";
import { sentence } from "./format.js";
import { visible } from "./names.js";

/** How long a message that offers nothing stays, unless somebody looks at it, in milliseconds. */
const STAYS = 8000;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let leaving;
/** @type {Element | null} what had the focus before the message got it */
let before = null;

/** @param {string} text heard by screen readers only */
export function say(text) {
  $("status").textContent = visible(text);
}

/**
 * Says what was done, with a way back if there is one. That one stays until
 * the view changes.
 * @param {(string | Node)[]} text
 * @param {{label: string, run: () => void}} [action]
 */
export function notice(text, action) {
  $("notice-text").replaceChildren(...text);
  say($("notice-text").textContent);
  $("notice-action").hidden = !action;
  $("notice-action").textContent = action?.label ?? "";
  $("notice-action").onclick = () => {
    dismiss();
    action?.run();
  };
  $("notice").hidden = false;
  clearTimeout(leaving);
  if (!action) leave();
}

/** Takes the message away as soon as nobody looks at it. */
function leave() {
  leaving = setTimeout(() => ($("notice").matches(":hover, :focus-within") ? leave() : dismiss()), STAYS);
}

/** Takes the message away, and gives the focus back that it may have. */
export function dismiss() {
  clearTimeout(leaving);
  const focused = $("notice").contains(document.activeElement);
  $("notice").hidden = true;
  if (focused) focusAgain(before);
}

/** Lets the message be dismissed, and remembers from where somebody came to it. */
export function watchNotice() {
  $("notice-close").onclick = dismiss;
  $("notice").addEventListener("focusin", (/** @type {FocusEvent} */ { relatedTarget }) => {
    if (!$("notice").contains(relatedTarget)) before = /** @type {Element | null} */ (relatedTarget);
  });
}

/** Whether what is complained of is that something was not loaded by itself. */
let byItself = false;

/** @param {unknown} error null takes back what was said */
export function complain(error) {
  byItself = false;
  $("alert").textContent = error instanceof Error ? sentence(error.message) : "";
  $("alert").hidden = !error;
}

/** Runs an action of the user and shows what goes wrong. @param {() => unknown} action */
export async function attempt(action) {
  try {
    complain(null);
    await action();
  } catch (error) {
    if (!isAbort(error)) complain(error);
  }
}

/**
 * Loads something that nobody has asked for just now. What an action of the
 * user complains of stays; what an earlier loading complained of goes as soon
 * as one succeeds.
 * @param {() => unknown} load
 */
export async function attemptByItself(load) {
  try {
    await load();
    if (byItself) complain(null);
  } catch (error) {
    if (isAbort(error) || !(byItself || $("alert").hidden)) return;
    complain(error);
    byItself = true;
  }
}

/** Keeps the page's word on the connection, and calls back when it returns. @param {() => void} onReturn */
export function watchConnection(onReturn) {
  const show = () => {
    $("offline").hidden = navigator.onLine;
  };
  addEventListener("offline", show);
  addEventListener("online", () => {
    show();
    onReturn();
  });
  show();
}
