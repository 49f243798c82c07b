/**
 * Hashing beside the page, in a worker.
 *
 * @module hasher
 */

import { digest } from "./digest.js";

/** @typedef {import("./digest.js").Algorithm} Algorithm */

/** How long the worker may take to load, in milliseconds: on a dead line it never does. */
const LOADING = 5000;

/**
 * Hashes blobs in a worker, which starts with the first one. Where none can run
 * (a page's policy may forbid it) or be loaded, it hashes in the page, which
 * stutters.
 */
export class Hasher {
  /** @type {Worker | null | undefined} null: there is none to be had */
  #worker;
  /** @type {Map<number, {algorithm: Algorithm, blob: Blob, resolve: (checksum: string) => void, reject: (error: unknown) => void}>} */
  #jobs = new Map();
  #last = 0;

  /** Whether SHA-256 can be had: browsers offer it to https and to this machine only. */
  get hasSHA256() {
    return globalThis.crypto?.subtle !== undefined;
  }

  /**
   * @param {Algorithm} algorithm
   * @param {Blob} blob
   * @returns {Promise<string>} base64; a file that has changed on disk is a NotReadableError
   */
  hash(algorithm, blob) {
    if (this.#worker === undefined) this.#start();
    if (!this.#worker) return digest(algorithm, blob);
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#jobs.set(id, { algorithm, blob, resolve, reject });
      this.#worker?.postMessage({ id, algorithm, blob });
    });
  }

  #start() {
    try {
      this.#worker = new Worker(workerURL(), { type: "module" });
    } catch {
      this.#worker = null;
      return;
    }
    // It could not be loaded: what it was given is done here.
    const giveUp = () => {
      this.#worker?.terminate();
      this.#worker = null;
      for (const { algorithm, blob, resolve, reject } of this.#jobs.values()) digest(algorithm, blob).then(resolve, reject);
      this.#jobs.clear();
    };
    const loading = setTimeout(giveUp, LOADING);
    this.#worker.onerror = giveUp;
    this.#worker.onmessage = ({ data: { id, checksum, error } }) => {
      clearTimeout(loading);
      const job = this.#jobs.get(id);
      this.#jobs.delete(id);
      if (error) job?.reject(new DOMException(error.message, error.name));
      else job?.resolve(checksum);
    };
  }
}

/** @returns {string} the worker's; of another origin only an import may be, so there it is a script that imports it */
function workerURL() {
  const { href, origin } = new URL("./hash-worker.js", import.meta.url);
  if (origin === location.origin) return href;
  return URL.createObjectURL(new Blob([`import ${JSON.stringify(href)};`], { type: "text/javascript" }));
}
