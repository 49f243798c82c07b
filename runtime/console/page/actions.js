// What one can do with a file in the list.

import { openDialog } from "./dialogs.js";
import { $, element } from "./dom.js";
import { nameOf } from "./format.js";
import { name } from "./names.js";
import { attempt, notice } from "./notices.js";
import { focusRow } from "./table.js";

/** @typedef {import("../bytepass.js").Bytepass} Bytepass */

/**
 * Downloads a file. The list's own URL may be too old by now, so a fresh one is
 * asked for. The store answers with an attachment: the page stays where it is.
 * @param {Bytepass} files @param {string} key @param {string} [versionId]
 */
export async function download(files, key, versionId) {
  const { url } = await files.get(key, { versionId });
  element("a", { href: url, download: "", rel: "noreferrer" }).click();
}

/** @param {Bytepass} files @param {string} key */
export async function copyLink(files, key) {
  const { url } = await files.get(key);
  try {
    await navigator.clipboard.writeText(url);
    notice(["Copied a link to ", name(nameOf(key)), ". Whoever has it can download the file for some minutes."]);
  } catch {
    // The browser keeps the clipboard from the page: then by hand.
    $("link-text").value = url;
    openDialog($("link"));
    $("link-text").select();
  }
}

/**
 * Deletes a file and offers to bring it back.
 * @param {Bytepass} files @param {string} key @param {() => Promise<void>} refresh
 */
export async function remove(files, key, refresh) {
  await files.remove(key);
  // The lists know a little later.
  const known = files.trashed(key).then(refresh).catch(() => {});
  notice(["Deleted ", name(nameOf(key)), "."], {
    label: "Undo",
    run: () => attempt(async () => {
      await known; // a list that still shows what was deleted does not show what has come back
      await restore(files, key, undefined, refresh);
      focusRow(key);
    }),
  });
}

/**
 * Brings a file back, or an older version of it to the top.
 * @param {Bytepass} files @param {string} key @param {string | undefined} versionId @param {() => Promise<void>} refresh
 */
export async function restore(files, key, versionId, refresh) {
  await files.arrived(await files.restore(key, { versionId }));
  await refresh();
  notice(["Restored ", name(nameOf(key)), "."]);
}
