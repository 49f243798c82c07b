/**
 * A file in one request: for everything that is quick to send again.
 *
 * @module single
 */

import { BytepassError, hasCode, isPassing, taken } from "./errors.js";
import { put } from "./put.js";
import { retry } from "./retry.js";
import { changed, checkUnchanged } from "./source.js";

/** @typedef {import("./upload.js").Job} Job */
/** @typedef {import("./upload.js").Uploaded} Uploaded */

/** How often a URL that the store refuses is signed anew. */
const FRESH_URLS = 3;

/** Sends a file with one PUT, whose checksum is signed. */
export class Single {
  /** @type {Promise<string> | undefined} */
  #checksum;

  /** @param {Job} job */
  constructor(job) {
    this.job = job;
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<Uploaded>}
   */
  async run(signal) {
    const { file, hasher, onState } = this.job;
    if (hasher.hasSHA256) this.#checksum ??= hasher.hash("SHA-256", file);
    let checksum;
    try {
      checksum = await this.#checksum;
    } catch {
      throw changed();
    }
    onState("sending");
    let unknown = false; // an earlier attempt may have arrived: its answer did not
    let refused = 0; // apart from what a bad line has cost: that is when URLs expire
    return retry(async () => {
      try {
        return await this.#send(checksum, signal);
      } catch (error) {
        if (!signal.aborted) await checkUnchanged(file);
        if (hasCode(error, "BadDigest")) await this.#compare(checksum);
        if (unknown && hasCode(error, "conflict") && checksum) return await this.#arrived(checksum, error, signal);
        unknown ||= hasCode(error, "network");
        throw error;
      }
    }, {
      ...this.job.patience, signal,
      again: (error) => isPassing(error) || hasCode(error, "BadDigest") || (isRefusedURL(error) && ++refused < FRESH_URLS),
    });
  }

  /**
   * What arrived is not what was hashed: either the file was edited in place,
   * with its size and time kept, or the bytes were damaged on their way.
   * @param {string | undefined} checksum
   */
  async #compare(checksum) {
    const { file, hasher } = this.job;
    const now = await hasher.hash("SHA-256", file).catch(() => Promise.reject(changed()));
    if (now !== checksum) throw changed();
  }

  /** @param {string | undefined} checksumSHA256 @param {AbortSignal} signal @returns {Promise<Uploaded>} */
  async #send(checksumSHA256, signal) {
    const { api, key, file, declared, stall, onSent } = this.job;
    const signed = await api.json("POST", "/api/presign", {
      body: { ...declared, key, mimeType: file.type, size: file.size, checksumSHA256 }, signal, retry: { attempts: 1 },
    });
    onSent(0);
    try {
      const { etag, versionId } = await put(signed, file, { signal, stall, onProgress: onSent });
      onSent(file.size);
      return { key: signed.key, etag, versionId };
    } catch (error) {
      // Of what is signed, only overwrite false is a precondition.
      throw error instanceof BytepassError && error.status === 412 ? taken(signed.key) : error;
    }
  }

  /**
   * With overwrite false the store refuses a second attempt when the first one
   * has arrived after all.
   * @param {string} checksum
   * @param {Error} refused
   * @param {AbortSignal} signal
   * @returns {Promise<Uploaded>}
   */
  async #arrived(checksum, refused, signal) {
    const { api, key } = this.job;
    const there = await api.json("GET", `/api/file?key=${encodeURIComponent(key)}`, { signal });
    if (there.checksumSHA256 !== checksum) throw refused;
    return { key: there.key, etag: there.etag, versionId: there.versionId };
  }

  /** There is nothing to clean up: a PUT that is cut off stores nothing. */
  async discard() {
    return undefined;
  }
}

/** @param {unknown} error @returns {boolean} the store does not take the URL (any more) */
export function isRefusedURL(error) {
  return error instanceof BytepassError && error.status === 403 && !["forbidden", "unauthenticated"].includes(error.code);
}
