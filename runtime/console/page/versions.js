// The history of a file, with a way back to each version.

import { download, restore } from "./actions.js";
import { askDialog, openDialog } from "./dialogs.js";
import { $, button, element } from "./dom.js";
import { momentText, nameOf, sizeText } from "./format.js";
import { name } from "./names.js";
import { attempt } from "./notices.js";

/** @typedef {import("../bytepass.js").Bytepass} Bytepass */
/** @typedef {import("../bytepass.js").Version} Version */

/** @param {Bytepass} files @param {string} key @param {() => Promise<void>} refresh */
export async function showVersions(files, key, refresh) {
  const isWanted = askDialog();
  const versions = await files.versions(key);
  if (!isWanted()) return;
  $("versions-title").replaceChildren("Versions of ", name(nameOf(key)));
  $("versions-list").replaceChildren(...versions.map((version) => line(files, key, version, refresh)));
  openDialog($("versions"));
}

/** @param {Bytepass} files @param {string} key @param {Version} version @param {() => Promise<void>} refresh */
function line(files, key, { versionId, latest, deleteMarker, size, lastModified }, refresh) {
  const when = momentText(lastModified);
  const actions = element("div", { className: "actions" });
  if (!deleteMarker) {
    actions.append(button("Download", () => attempt(() => download(files, key, versionId)), `Download the version of ${when}`));
    if (!latest) {
      actions.append(button("Restore", () => {
        $("versions").close();
        void attempt(() => restore(files, key, versionId, refresh));
      }, `Restore the version of ${when}`));
    }
  }
  return element("li", {},
    element("span", {}, element("time", { dateTime: lastModified, textContent: when }), deleteMarker ? " · deleted" : ` · ${sizeText(size)}`),
    latest ? element("span", { className: "badge", textContent: "current" }) : "", actions);
}
