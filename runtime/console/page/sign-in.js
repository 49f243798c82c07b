// The access token, where the server wants one: it is asked for when there is
// none or when it has expired, and forgotten with the tab.

import { BytepassError } from "../client/errors.js";
import { $ } from "./dom.js";

const NAME = "bytepass token";
/** @type {Promise<string> | undefined} one dialog for all who wait */
let asking;

/** @type {import("../client/api.js").TokenSource} */
export function token({ expired }) {
  if (!expired) return sessionStorage.getItem(NAME) ?? "";
  asking ??= ask().finally(() => (asking = undefined));
  return asking;
}

/** @returns {Promise<string>} */
function ask() {
  const dialog = $("sign-in");
  $("sign-in-again").hidden = !sessionStorage.getItem(NAME);
  $("token").value = "";
  dialog.showModal();
  return new Promise((resolve, reject) => {
    dialog.onclose = () => {
      const given = dialog.returnValue === "use" ? $("token").value.trim() : "";
      dialog.returnValue = $("token").value = "";
      if (!given) return reject(new BytepassError("This server wants to know who you are. Reload the page to enter a token.", { status: 401 }));
      sessionStorage.setItem(NAME, given);
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
