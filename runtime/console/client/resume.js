/**
 * Finding the upload that a file belongs to, after a reload or a crash.
 *
 * The server is asked which uploads of the key are unfinished and which parts
 * of them are there. A part is trusted when its checksum at the store is that
 * of the same bytes of this file. A store that keeps no checksums of parts
 * leaves size and the fingerprint: then only an upload that this browser
 * remembers is gone on with. One that it does not remember is another browser's,
 * which may still be busy with it: it is gone on with and never aborted. (An ETag is no help: it is the MD5 of a part only
 * on stores that do not encrypt with keys of their own.)
 *
 * @module resume
 */

import { BytepassError, hasCode } from "./errors.js";
import { changed } from "./source.js";

/** @typedef {import("./upload.js").Job} Job */
/** @typedef {import("./upload.js").Uploaded} Uploaded */
/** @typedef {import("./hints.js").Hint} Hint */
/** @typedef {import("./source.js").Print} Print */

/**
 * A part that has arrived.
 * @typedef {object} Part
 * @property {string} etag "" where the store hides it
 * @property {string} checksum CRC64NVME in base64; "" where the store keeps none
 * @property {number} size bytes
 */

/**
 * @typedef {object} Found
 * @property {string} uploadId
 * @property {string} key
 * @property {number} partSize bytes
 * @property {number} partCount
 * @property {string} [checksum]
 * @property {boolean} adopted another browser began it
 * @property {Map<number, Part>} parts those that are there and of this file
 */

/** How many uploads of other browsers are looked at. */
const CANDIDATES = 3;

/**
 * @param {Job} job
 * @param {AbortSignal} signal
 * @param {Print | null} print of the file; null for a blob that is none
 * @returns {Promise<{found?: Found, finished?: Uploaded}>} finished: it was completed, and only the answer got lost
 */
export async function find(job, signal, print) {
  const { api, key, file, hints } = job;
  const hint = hints.get(key);
  if (hint && print && sameFile(hint, print)) {
    const state = await progress(job, hint.uploadId, signal);
    if (state) return { found: { ...await verified(job, hint.uploadId, state, signal), adopted: hint.adopted === true } };
    hints.delete(key);
    const finished = await completed(job, hint.uploadId, signal);
    if (finished) return { finished };
  }
  const unfinished = await api.json("GET", `/api/uploads?key=${encodeURIComponent(key)}&size=${file.size}`, { signal, retry: job.patience });
  for (const { uploadId } of unfinished.slice(0, CANDIDATES)) {
    const state = await progress(job, uploadId, signal);
    // Another file's upload must be left alone, so all of its parts have to fit.
    if (!state?.parts.length || state.parts.some((/** @type {any} */ part) => !part.checksumCRC64NVME)) continue;
    const found = await verified(job, uploadId, state, signal);
    if (found.parts.size === state.parts.length) return { found: { ...found, adopted: true } };
  }
  return {};
}

/** How long the server may take to say that an upload is gone, in milliseconds: somebody waits to hear of the others. */
const ASKING = 3000;

/**
 * @param {import("./api.js").Api} api
 * @param {string} key
 * @param {string} uploadId
 * @returns {Promise<boolean>} the server says that nobody can go on with the upload; false while it says nothing
 */
export async function isGone(api, key, uploadId) {
  try {
    await api.json("GET", `/api/uploads/${encodeURIComponent(uploadId)}?key=${encodeURIComponent(key)}`, {
      signal: AbortSignal.timeout(ASKING), retry: { attempts: 1 },
    });
    return false;
  } catch (error) {
    // An id that another version of the server gave out may mean nothing to this one.
    return hasCode(error, "upload-gone") || (error instanceof BytepassError && error.field === "uploadId");
  }
}

/** @param {Hint} a @param {Print} b */
function sameFile(a, b) {
  return a.name === b.name && a.size === b.size && a.lastModified === b.lastModified && a.ends === b.ends;
}

/** @param {Job} job @param {string} uploadId @param {AbortSignal} signal @returns {Promise<any>} what is there; null if the upload is gone */
async function progress({ api, key, patience }, uploadId, signal) {
  try {
    return await api.json("GET", `/api/uploads/${encodeURIComponent(uploadId)}?key=${encodeURIComponent(key)}`, { signal, retry: patience });
  } catch (error) {
    if (hasCode(error, "upload-gone")) return null;
    throw error;
  }
}

/** @param {Job} job @param {string} uploadId @param {AbortSignal} signal @returns {Promise<Uploaded | null>} */
async function completed({ api, key, patience }, uploadId, signal) {
  try {
    // Asked again, a completion gives the answer of the first time.
    return await api.json("POST", `/api/uploads/${encodeURIComponent(uploadId)}/complete`, { body: { key }, signal, retry: patience });
  } catch (error) {
    if (hasCode(error, "upload-gone")) return null;
    throw error;
  }
}

/** @param {Job} job @param {string} uploadId @param {any} state @param {AbortSignal} signal @returns {Promise<Omit<Found, "adopted">>} */
async function verified({ file, hasher, onSent }, uploadId, state, signal) {
  /** @type {Map<number, Part>} */
  const parts = new Map();
  let checked = 0;
  for (const there of state.parts) {
    signal.throwIfAborted();
    const from = (there.partNumber - 1) * state.partSize;
    const slice = file.slice(from, from + state.partSize);
    if (from >= file.size || there.size !== slice.size) continue;
    const checksum = there.checksumCRC64NVME ?? "";
    if (checksum) {
      const own = await hasher.hash("CRC64NVME", slice).catch(() => Promise.reject(changed()));
      if (own !== checksum) continue;
    }
    parts.set(there.partNumber, { etag: there.etag, checksum, size: there.size });
    onSent(checked += there.size);
  }
  return { ...state, uploadId, parts };
}
