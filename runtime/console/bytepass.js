/**
 * The browser's client of Bytepass: ES modules without dependencies, which need
 * no build step.
 *
 *     import { Bytepass } from "https://files.example/bytepass.js";
 *     const files = new Bytepass({ base: "https://files.example", token: () => accessToken });
 *     const upload = files.start("films/holiday.mp4", file, { onProgress: (sent, total) => … });
 *     upload.pause(); upload.resume(); upload.cancel();
 *     const { key } = await upload.done;
 *
 * The bytes go straight to the store; only signed URLs and records come from
 * the API. A file up to `singleLimit` travels in one request whose SHA-256 is
 * signed. A larger one travels in parts, with checksums that the store compares,
 * and goes on where it was after a broken line, a reload or a crash: start it
 * again with the same key and file. No more than slices of a file are ever in
 * memory. Nothing here touches the page. docs/browser.md is the reference.
 *
 * @module bytepass
 */

import { Api, nextOf } from "./client/api.js";
import { arrived, trashed } from "./client/arrived.js";
import { BytepassError } from "./client/errors.js";
import { Hasher } from "./client/hasher.js";
import { claimed, Hints, localHints } from "./client/hints.js";
import { Multipart } from "./client/multipart.js";
import { checkSource, refuseUnknown } from "./client/options.js";
import { isGone } from "./client/resume.js";
import { Single } from "./client/single.js";
import { Upload } from "./client/upload.js";

export { BytepassError, Upload };

/** @typedef {import("./client/upload.js").Uploaded} Uploaded */
/** @typedef {import("./client/upload.js").Listeners} Listeners */
/** @typedef {import("./client/hints.js").Hint} Hint */
/** @typedef {import("./client/records.js").FileRecord} FileRecord */
/** @typedef {import("./client/records.js").Entry} Entry */
/** @typedef {import("./client/records.js").Version} Version */
/** @typedef {{signal?: AbortSignal}} Cancel */

/**
 * Which page of a list: the first below a prefix, or the one that `next` of
 * the page before names.
 * @typedef {{prefix?: string, next?: string, limit?: number} & Cancel} PageOptions
 */

/**
 * How a file is uploaded, and what is kept with it.
 * @typedef {object} UploadOptions
 * @property {boolean} [overwrite] false succeeds only if the key has no file; true, the default, puts a version on top
 * @property {Record<string, string>} [metadata] kept and listed with the file
 * @property {string} [name] a display name
 * @property {boolean} [resume] false never goes on with an unfinished upload
 * @property {number} [attempts] how often each request is tried, 20 by default: some minutes
 * @property {AbortSignal} [signal] cancels it
 */

const MIB = 2 ** 20;

/** The API as one person uses it. */
export class Bytepass {
  #api;
  #hasher = new Hasher();
  #hints;
  #transfer;

  /**
   * @param {object} [options]
   * @param {string} [options.base] the API's URL; by default the page's own origin
   * @param {import("./client/api.js").TokenSource} [options.token] returns an access token; without one none is sent
   * @param {number} [options.singleLimit] bytes; larger files travel in parts
   * @param {number} [options.parallel] parts of a file at a time
   * @param {number} [options.stall] milliseconds without progress, or without an answer of the API, after which a connection counts as broken
   * @param {Storage} [options.storage] remembers unfinished uploads; by default the page's localStorage
   * @param {() => string} [options.owner] who uploads, so that people who share a browser do not meet each other's unfinished uploads
   */
  constructor({ base = "", token, singleLimit = 16 * MIB, parallel = 3, stall = 60_000, storage = localHints(), owner, ...unknown } = {}) {
    refuseUnknown("new Bytepass", unknown);
    const api = base.replace(/\/+$/, "");
    this.#api = new Api(api, token, stall);
    this.#hints = new Hints(api, storage, owner);
    this.#transfer = { singleLimit, parallel, stall };
  }

  /**
   * Starts to upload a file. Starting the same file under the same key again
   * goes on with what has arrived.
   * @param {string} key a path; the answer has it normalised
   * @param {Blob} file
   * @param {UploadOptions & Listeners} [options]
   * @returns {Upload} throws a TypeError for an option that does not exist, and for a file that is no Blob
   */
  start(key, file, { overwrite, metadata, name, resume = true, attempts = 20, signal, onProgress, onState, ...unknown } = {}) {
    refuseUnknown("start", unknown);
    checkSource(key, file);
    const { singleLimit, parallel, stall } = this.#transfer;
    const Transfer = file.size <= singleLimit ? Single : Multipart;
    return new Upload((hooks) => new Transfer({
      api: this.#api, hasher: this.#hasher, hints: this.#hints,
      key: key.normalize("NFC"), file, declared: { overwrite, metadata, name }, resume, parallel, stall, ...hooks,
    }), file.size, { attempts, signal, onProgress, onState });
  }

  /**
   * Uploads a file and waits for its end.
   * @param {string} key
   * @param {Blob} file
   * @param {UploadOptions & Listeners} [options]
   * @returns {Promise<Uploaded>}
   */
  async upload(key, file, options) {
    return this.start(key, file, options).done;
  }

  /**
   * The uploads of this browser that were interrupted and that no tab is busy
   * with: start them again with the file, or discard them. Those of which the
   * server says that they are gone are forgotten; while it does not answer, all
   * are returned.
   * @returns {Promise<Hint[]>}
   */
  async interrupted() {
    const busy = await claimed();
    const hints = this.#hints.all().filter(({ key }) => !busy.has(this.#hints.prefix + key));
    const gone = await Promise.all(hints.map(({ key, uploadId }) => isGone(this.#api, key, uploadId)));
    for (const [at, hint] of hints.entries()) if (gone[at]) this.#forget(hint);
    return hints.filter((_, at) => !gone[at]);
  }

  /** @param {import("./client/upload.js").Left} upload its key may have another one by now */
  #forget({ key, uploadId }) {
    if (this.#hints.get(key)?.uploadId === uploadId) this.#hints.delete(key);
  }

  /**
   * Forgets an interrupted upload, and removes what has arrived of it; one that
   * another browser began is only forgotten, unless adopted is left out: then it
   * is removed too, and a browser that is still busy with it begins anew.
   * @param {import("./client/upload.js").Left & {adopted?: boolean}} upload a hint, or what a cancelled upload left
   */
  async discard({ key, uploadId, adopted }) {
    if (!adopted) await this.#api.call("DELETE", `/api/uploads/${encodeURIComponent(uploadId)}?key=${encodeURIComponent(key)}`);
    this.#forget({ key, uploadId });
  }

  /**
   * Waits until the list shows what an upload or a restore has made current.
   * @param {{key: string, etag?: string, versionId?: string}} made what upload or restore returned
   * @param {{timeout?: number} & Cancel} [options] timeout in milliseconds
   * @returns {Promise<FileRecord>} a BytepassError with the code "rejected" says why it was refused after it arrived
   */
  arrived(made, options) {
    return arrived(this, made, options);
  }

  /**
   * Waits until the trash shows what was removed, and the list no longer does.
   * @param {string} key as it is listed
   * @param {{timeout?: number} & Cancel} [options] timeout in milliseconds
   * @returns {Promise<FileRecord>}
   */
  trashed(key, options) {
    return trashed(this, key, options);
  }

  /**
   * Files by their keys, in byte order.
   * @param {PageOptions} [options]
   * @returns {Promise<{files: FileRecord[], next: string}>} next is empty on the last page
   */
  async list(options) {
    const { entries, next } = await this.#page("/api/files", options);
    return { files: entries, next };
  }

  /**
   * What is directly in a folder.
   * @param {PageOptions} [options] the prefix ends in a slash, or is empty
   * @returns {Promise<{entries: Entry[], next: string}>}
   */
  folder(options) {
    return this.#page("/api/folders", options);
  }

  /**
   * What was deleted and can perhaps be restored.
   * @param {PageOptions} [options]
   * @returns {Promise<{files: FileRecord[], next: string}>}
   */
  async trash(options) {
    const { entries, next } = await this.#page("/api/trash", options);
    return { files: entries, next };
  }

  /**
   * What was refused after it had arrived; `reason` says why.
   * @param {PageOptions} [options]
   * @returns {Promise<{files: FileRecord[], next: string}>}
   */
  async rejected(options) {
    const { entries, next } = await this.#page("/api/rejected", options);
    return { files: entries, next };
  }

  /**
   * @param {string} key
   * @param {{versionId?: string, inline?: boolean} & Cancel} [options] inline: a URL that shows the file in place, where its type is harmless
   * @returns {Promise<FileRecord>} with a fresh download URL
   */
  async get(key, { versionId, inline, signal, ...unknown } = {}) {
    refuseUnknown("get", unknown);
    const query = new URLSearchParams({ key });
    if (versionId) query.set("versionId", versionId);
    if (inline) query.set("disposition", "inline");
    return this.#api.json("GET", `/api/file?${query}`, { signal });
  }

  /**
   * The whole history of a file, newest first.
   * @param {string} key
   * @param {Cancel} [options]
   * @returns {Promise<Version[]>}
   */
  async versions(key, { signal } = {}) {
    /** @type {Version[]} */
    const all = [];
    let page = `/api/versions?key=${encodeURIComponent(key)}&limit=1000`;
    while (page) {
      const { entries, next } = await this.#page("", { next: page, signal });
      all.push(...entries);
      page = next;
    }
    return all;
  }

  /**
   * Deletes a file so that it can be restored.
   * @param {string} key
   * @param {Cancel} [options]
   */
  async remove(key, { signal } = {}) {
    await this.#api.call("DELETE", "/api/files", { body: { key }, signal });
  }

  /**
   * Brings back what was deleted, or puts an older version on top.
   * @param {string} key
   * @param {{versionId?: string} & Cancel} [options]
   * @returns {Promise<{key: string, versionId: string}>} what is current now
   */
  async restore(key, { versionId, signal, ...unknown } = {}) {
    refuseUnknown("restore", unknown);
    return this.#api.json("POST", "/api/restore", { body: { key, versionId }, signal });
  }

  /**
   * @param {string} path
   * @param {PageOptions} [options]
   * @returns {Promise<{entries: any[], next: string}>}
   */
  async #page(path, { prefix = "", next = "", limit, signal, ...unknown } = {}) {
    refuseUnknown("a list", unknown);
    const page = new URL(next || `${path}?${new URLSearchParams({ prefix })}`, "http://any.invalid");
    if (limit) page.searchParams.set("limit", String(limit));
    const response = await this.#api.call("GET", page.pathname + page.search, { signal });
    return { entries: await response.json(), next: nextOf(response.headers.get("Link")) };
  }
}
