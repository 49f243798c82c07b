/**
 * The file on disk, which may change while it is being sent.
 *
 * @module source
 */

import { BytepassError } from "./errors.js";

/**
 * Checks that the file is still the one that was chosen. A browser remembers
 * size and time of a chosen file and refuses to read it when they have changed,
 * but a request with such a body only breaks as on a bad line: so it is asked
 * after each failure, and once more before an upload ends.
 * @param {Blob} file
 * @returns {Promise<void>} throws a BytepassError with the code "file-changed"
 */
export async function checkUnchanged(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    throw changed();
  }
}

/** @returns {BytepassError} */
export function changed() {
  return new BytepassError("The file changed, or cannot be read any more, while it was being uploaded. Nothing was stored: choose it again.", { code: "file-changed" });
}

/**
 * What tells a file from others after a reload, without reading all of it.
 * @typedef {object} Print
 * @property {string} name
 * @property {number} size bytes
 * @property {number} lastModified milliseconds since 1970
 * @property {string} ends CRC64NVME of both its ends, in base64
 */

/** How much of either end of a file goes into its fingerprint, in bytes. */
const SAMPLE = 64 * 1024;

/**
 * @param {Blob} file
 * @param {import("./hasher.js").Hasher} hasher
 * @returns {Promise<Print | null>} null for a blob that is no file on disk
 */
export async function fingerprint(file, hasher) {
  if (!(file instanceof File)) return null;
  const ends = new Blob([file.slice(0, SAMPLE), file.slice(Math.max(0, file.size - SAMPLE))]);
  try {
    return { name: file.name, size: file.size, lastModified: file.lastModified, ends: await hasher.hash("CRC64NVME", ends) };
  } catch {
    throw changed();
  }
}
