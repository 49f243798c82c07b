// A file in a dialog: shown in place where its type is harmless, otherwise as
// what is known of it.

import { copyLink, download } from "./actions.js";
import { askDialog, openDialog } from "./dialogs.js";
import { $, button, element } from "./dom.js";
import { nameOf, sizeText, timeText } from "./format.js";
import { name, path, visible } from "./names.js";
import { attempt } from "./notices.js";
import { showVersions } from "./versions.js";

/** @typedef {import("../bytepass.js").Bytepass} Bytepass */
/** @typedef {import("../bytepass.js").FileRecord} FileRecord */

/** How much of a text is shown, in bytes. */
const TEXT = 64 * 1024;

/** @param {Bytepass} files @param {string} key @param {() => Promise<void>} refresh */
export async function showPreview(files, key, refresh) {
  const isWanted = askDialog();
  const file = await files.get(key, { inline: true });
  const shown = await content(file);
  if (!isWanted()) return;
  const dialog = $("preview");
  $("preview-title").replaceChildren(name(file.name || nameOf(key)));
  $("preview-body").replaceChildren(shown);
  $("preview-facts").replaceChildren(
    ...fact("Type", file.mimeType || "unknown"), ...fact("Size", sizeText(file.size)),
    ...fact("Uploaded", timeText(file.uploadedAt)), ...fact("Key", path(file.key)),
    ...(file.checksumSHA256 ? fact("SHA-256", file.checksumSHA256) : []),
  );
  $("preview-actions").replaceChildren(
    button("Download", () => attempt(() => download(files, key))),
    button("Copy link", () => attempt(() => copyLink(files, key))),
    button("Versions", () => {
      dialog.close();
      void attempt(() => showVersions(files, key, refresh));
    }),
  );
  dialog.onclose = () => $("preview-body").replaceChildren(); // ends sound and video
  openDialog(dialog);
}

/** @param {string} label @param {string | Node} value */
function fact(label, value) {
  return [element("dt", { textContent: label }), element("dd", {}, value)];
}

/** @param {FileRecord} file @returns {Promise<HTMLElement>} */
async function content(file) {
  const label = visible(nameOf(file.key));
  const [kind] = file.mimeType.split("/");
  const failed = (/** @type {Event} */ event) => /** @type {Element} */ (event.target).replaceWith(none("The browser cannot show this file."));
  if (file.mimeType.startsWith("image/svg")) return none();
  switch (kind) {
    case "image":
      return element("img", { src: file.url, alt: label, onerror: failed });
    case "video":
    case "audio":
      return element(kind, { src: file.url, controls: true, "aria-label": label, onerror: failed });
  }
  if (kind === "text" || /^application\/(json|xml|yaml)\b/.test(file.mimeType)) return text(file);
  return none();
}

/** @param {string} [why] */
function none(why = "There is no preview of this type.") {
  return element("p", { className: "soft", textContent: why });
}

/** @param {FileRecord} file */
async function text(file) {
  if (file.size === 0) return none("The file is empty.");
  try {
    const response = await fetch(file.url, { headers: { Range: `bytes=0-${TEXT - 1}` }, credentials: "omit" });
    if (!response.ok) return none(`The store answered ${response.status}.`);
    const shown = await response.text();
    return element("pre", { tabIndex: 0, textContent: file.size > TEXT ? `${shown}\n…` : shown });
  } catch {
    return none("The store does not answer.");
  }
}
