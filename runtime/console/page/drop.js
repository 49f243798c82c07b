// Files and folders that are dropped on the page.

import { $ } from "./dom.js";

/** @typedef {{file: File, path: string}} Found path: below what was dropped */

/**
 * @param {DataTransfer} data of a drop; it empties as soon as the event is over
 * @returns {Promise<Found[]>} the files, also those in folders
 */
export async function dropped(data) {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry != null);
  if (entries.length === 0) return [...data.files].map((file) => ({ file, path: file.name }));
  const found = await Promise.all(entries.map((entry) => below(entry, "")));
  return found.flat();
}

/** @param {FileSystemEntry} entry @param {string} folder @returns {Promise<Found[]>} */
async function below(entry, folder) {
  const path = folder + entry.name;
  if (entry.isFile) {
    const from = /** @type {FileSystemFileEntry} */ (entry);
    return [{ file: await new Promise((resolve, reject) => from.file(resolve, reject)), path }];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const found = [];
  for (;;) {
    // A batch at a time, until one is empty.
    const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return found;
    for (const child of batch) found.push(...await below(child, `${path}/`));
  }
}

/** @param {FileList} list what was chosen @returns {Found[]} */
export function chosen(list) {
  return [...list].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

/** Makes the whole page a target. @param {(found: Promise<Found[]>) => void} onFiles */
export function acceptDrops(onFiles) {
  const over = (/** @type {boolean} */ is) => $("drop").classList.toggle("over", is);
  // A file dropped beside the target would otherwise replace the page.
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    over(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) over(false);
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    if (event.dataTransfer) onFiles(dropped(event.dataTransfer));
  });
}
