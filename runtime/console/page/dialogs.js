// Dialogs that are filled before they open: of several that somebody asks for,
// the last one is shown, and none in a view that he did not ask for it in.

import { focusAgain } from "./dom.js";

let asked = 0;

/** @returns {() => boolean} whether the dialog that is asked for now is still wanted */
export function askDialog() {
  const mine = ++asked;
  return () => mine === asked;
}

/**
 * Opens a dialog. When it is closed the focus is where it was before, also when
 * the list was drawn anew meanwhile: then browsers do not know where that is.
 * @param {HTMLDialogElement} dialog
 */
export function openDialog(dialog) {
  const before = document.activeElement;
  dialog.addEventListener("close", () => {
    const now = document.activeElement;
    const isNowhere = now === document.body || dialog.contains(now);
    if (isNowhere && before !== document.body) focusAgain(before);
  }, { once: true });
  dialog.showModal();
}

/**
 * Closes what belongs to a view that is left.
 * @param {{all?: boolean}} [options] all: the question for a token, too, which belongs to none
 */
export function closeDialogs({ all = false } = {}) {
  asked++;
  for (const dialog of document.querySelectorAll("dialog")) if (all || dialog.id !== "sign-in") dialog.close();
}
