// Files and folders that are dropped on the page.

import { $ } from "./dom.js";

/** @typedef {{file: File, path: string}} Found path: below what was dropped */
/** @typedef {{found: Found[], unread: string[]}} Dropped unread: paths of what could not be read */

/**
 * @param {DataTransfer} data of a drop; it empties as soon as the event is over
 * @returns {Promise<Dropped>} the files, also those in folders
 */
export async function dropped(data) {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry != null);
  /** @type {Dropped} */
  const all = { found: [], unread: [] };
  if (entries.length === 0) all.found = [...data.files].map((file) => ({ file, path: file.name }));
  for (const entry of entries) await collect(entry, "", all);
  return all;
}

/** @param {FileSystemEntry} entry @param {string} folder @param {Dropped} all what it is added to */
async function collect(entry, folder, all) {
  const path = folder + entry.name;
  try {
    if (entry.isFile) {
      const from = /** @type {FileSystemFileEntry} */ (entry);
      all.found.push({ file: await new Promise((resolve, reject) => from.file(resolve, reject)), path });
      return;
    }
    const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
    for (;;) {
      // A batch at a time, until one is empty.
      const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (batch.length === 0) return;
      for (const child of batch) await collect(child, `${path}/`, all);
    }
  } catch {
    all.unread.push(path); // it has gone, or the person may not read it
  }
}

/** @param {string[]} unread at least one path @returns {Error} which names what could not be read */
export function unreadError(unread) {
  const [first] = unread;
  const others = unread.length > 1 ? ` and ${unread.length - 1} more` : "";
  return new Error(`Not uploaded, because the browser cannot read it: ${first}${others}. Check that it is still there and that you may open it.`);
}

/** @param {FileList} list what was chosen @returns {Found[]} */
export function chosen(list) {
  return [...list].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

/**
 * Makes the whole page a target.
 * @param {() => boolean} isOpen whether files are taken now
 * @param {(dropped: Promise<Dropped>) => void} onFiles
 */
export function acceptDrops(isOpen, onFiles) {
  const over = (/** @type {boolean} */ is) => $("drop").classList.toggle("over", is);
  // A file dropped beside the target would otherwise replace the page.
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    over(isOpen());
    if (event.dataTransfer && !isOpen()) event.dataTransfer.dropEffect = "none";
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) over(false);
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    if (event.dataTransfer && isOpen()) onFiles(dropped(event.dataTransfer));
  });
}
