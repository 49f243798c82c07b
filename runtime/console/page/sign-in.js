// The access token, where the server wants one: it is asked for when there is
// none or when it has expired, and forgotten with the tab.

import { BytepassError } from "../client/errors.js";
import { $ } from "./dom.js";

const NAME = "bytepass token";
/** @type {string | undefined} the token that was given to this page; a reloaded one finds it in the storage */
let held;
/** @type {Promise<string> | undefined} one dialog for all who wait */
let asking;

/** @type {import("../client/api.js").TokenSource} */
export function token({ expired }) {
  if (!expired) return kept();
  asking ??= ask().finally(() => (asking = undefined));
  return asking;
}

/** @returns {string} "" if there is none */
function kept() {
  if (held) return held;
  return isStorageAllowed() ? (sessionStorage.getItem(NAME) ?? "") : "";
}

/** @param {string} given */
function keep(given) {
  held = given;
  if (isStorageAllowed()) sessionStorage.setItem(NAME, given);
}

/** @returns {boolean} whether the browser lets the page store anything */
function isStorageAllowed() {
  try {
    return !!sessionStorage;
  } catch {
    return false;
  }
}

/** @returns {Promise<string>} */
function ask() {
  const dialog = $("sign-in");
  $("sign-in-again").hidden = !kept();
  $("sign-in-forgets").textContent = isStorageAllowed()
    ? "It is forgotten with this tab."
    : "It is forgotten when the page is reloaded, because the browser forbids the page to store anything. Allow it to keep site data (cookies) to be asked less often.";
  $("token").value = "";
  dialog.showModal();
  return new Promise((resolve, reject) => {
    dialog.onclose = () => {
      const given = dialog.returnValue === "use" ? $("token").value.trim() : "";
      dialog.returnValue = $("token").value = "";
      if (!given) return reject(new BytepassError("This server wants to know who you are. Reload the page to enter a token.", { status: 401 }));
      keep(given);
      resolve(given);
    };
  });
}

/** Lets the dialog answer without sending a form, which the page's policy forbids. */
export function prepareSignIn() {
  const use = () => $("sign-in").close("use");
  $("sign-in-use").onclick = use;
  $("token").onkeydown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter") use();
  };
}
