// What the page tells: what was done, what went wrong, and that it is offline.

import { isAbort } from "../client/errors.js";
import { $ } from "./dom.js";

/** @param {string} text heard by screen readers only */
export function say(text) {
  $("status").textContent = text;
}

/**
 * Says what was done, with a way back if there is one.
 * @param {string} text
 * @param {{label: string, run: () => void}} [action]
 */
export function notice(text, action) {
  say(text);
  $("notice-text").textContent = text;
  $("notice-action").hidden = !action;
  $("notice-action").textContent = action?.label ?? "";
  $("notice-action").onclick = () => {
    $("notice").hidden = true;
    action?.run();
  };
  $("notice").hidden = false;
}

/** @param {unknown} error null takes back what was said */
export function complain(error) {
  $("alert").textContent = error instanceof Error ? error.message : "";
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
  $("notice-close").onclick = () => {
    $("notice").hidden = true;
  };
  show();
}
