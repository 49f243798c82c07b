// What the table can show: a folder, the trash, and refused uploads.

import { copyLink, download, remove, restore } from "./actions.js";
import { button, element, icon, iconButton } from "./dom.js";
import { dayText, nameOf, sentence, sizeText, timeText } from "./format.js";
import { name, path, visible } from "./names.js";
import { attempt } from "./notices.js";
import { showPreview } from "./preview.js";
import { folderHash } from "./route.js";
import { showVersions } from "./versions.js";

/** @typedef {import("../bytepass.js").Bytepass} Bytepass */
/** @typedef {import("../bytepass.js").FileRecord} FileRecord */
/** @typedef {import("./table.js").Table} Table */
/** @typedef {import("./table.js").View} View */

/** @param {string} rfc3339 */
const time = (rfc3339) => element("td", {}, element("time", { dateTime: rfc3339, title: timeText(rfc3339) },
  element("span", { className: "wide", textContent: timeText(rfc3339) }), element("span", { className: "narrow", textContent: dayText(rfc3339) })));
/** @param {number} bytes */
const size = (bytes) => element("td", { className: "number", textContent: sizeText(bytes) });
/** @param {...Node} buttons */
const actions = (...buttons) => element("td", {}, element("div", { className: "actions" }, ...buttons));

/** @param {Bytepass} files @param {Table} table @param {string} prefix "" or ending in a slash @returns {View} */
export function folderView(files, table, prefix) {
  const refresh = () => table.refresh();
  /** @param {string} text @param {string} to */
  const folder = (text, to) => element("tr", { "data-folder": "" },
    element("td", {}, element("a", { className: "entry", href: folderHash(to), "aria-label": `Open folder ${visible(text)}` }, icon("folder"), name(text))),
    element("td", { className: "number" }), element("td"), element("td"));
  /** @param {FileRecord} file @param {string} text */
  const line = (file, text) => {
    const { key } = file;
    const label = visible(text);
    const open = () => attempt(() => showPreview(files, key, refresh));
    const row = element("tr", {},
      element("td", {}, element("button", { type: "button", className: "entry", "aria-label": `Show ${label}`, onclick: open }, icon("file"), name(text))),
      size(file.size), time(file.uploadedAt),
      actions(
        iconButton("download", "Download", `Download ${label}`, () => attempt(() => download(files, key))),
        iconButton("link", "Copy link", `Copy a link to ${label}`, () => attempt(() => copyLink(files, key))),
        iconButton("history", "Versions", `Versions of ${label}`, () => attempt(() => showVersions(files, key, refresh))),
        iconButton("trash", "Delete", `Delete ${label}`, () => attempt(async () => {
          await remove(files, key, refresh);
          table.drop(key); // the list itself may take a moment to know of it
        })),
      ));
    row.dataset.key = key;
    return row;
  };
  return {
    columns: ["Name", "#Size", "Uploaded"],
    empty: prefix ? "Nothing is in this folder." : "No files yet. Choose some, or drop them on this page.",
    load: (page) => files.folder({ prefix, ...page }),
    row: (entry) => (entry.type === "folder" ? folder(entry.name, entry.prefix) : line(entry.file, entry.name)),
  };
}

/** @param {Bytepass} files @param {Table} table @returns {View} */
export function trashView(files, table) {
  return {
    columns: ["Name", "#Size", "Deleted"],
    empty: "The trash is empty.",
    load: async (page) => {
      const { files: entries, next } = await files.trash(page);
      return { entries, next };
    },
    row: (file) => {
      const label = visible(nameOf(file.key));
      const row = element("tr", {},
        element("td", {}, element("span", { className: "entry" }, icon("file"), path(file.key))),
        size(file.size), time(file.deletedAt ?? file.uploadedAt),
        actions(
          button("Restore", () => attempt(async () => {
            await restore(files, file.key, undefined, async () => table.drop(file.key));
          }), `Restore ${label}`),
          iconButton("history", "Versions", `Versions of ${label}`, () => attempt(() => showVersions(files, file.key, () => table.refresh()))),
        ));
      row.dataset.key = file.key;
      return row;
    },
  };
}

/** @param {Bytepass} files @returns {View} */
export function rejectedView(files) {
  return {
    columns: ["Name", "#Size", "Arrived", "Reason"],
    empty: "No upload was refused.",
    load: async (page) => {
      const { files: entries, next } = await files.rejected(page);
      return { entries, next };
    },
    row: (file) => element("tr", {},
      element("td", {}, element("span", { className: "entry" }, icon("file"), path(file.key))),
      size(file.size), time(file.uploadedAt), element("td", { className: "reason", textContent: sentence(file.reason) }), element("td")),
  };
}
