/**
 * The browser's client of Bytepass: an ES module without dependencies.
 *
 *     import { Bytepass } from "./bytepass.js";
 *     const files = new Bytepass({ base: "https://api.example", token: () => accessToken });
 *     await files.upload("photos/a.jpg", file, { onProgress: (sent, total) => … });
 *
 * The bytes go straight to the store; only signed URLs and records come from
 * the API. Nothing here touches the page.
 *
 * @module bytepass
 */

/**
 * A file as the API describes it.
 * @typedef {object} FileRecord
 * @property {string} key
 * @property {number} size bytes
 * @property {string} mimeType
 * @property {string} etag
 * @property {string} versionId
 * @property {string} uploadedAt RFC 3339
 * @property {string} url a download URL, good for some minutes
 */

/** What the API or the store refused, and why. */
export class BytepassError extends Error {
  /**
   * @param {string} message one sentence for people
   * @param {{status?: number, code?: string, field?: string}} [details]
   */
  constructor(message, { status = 0, code = "", field = "" } = {}) {
    super(message);
    this.name = "BytepassError";
    /** HTTP status; 0 if there was no answer. */
    this.status = status;
    /** The problem's stable code, such as "too-large"; empty if there is none. */
    this.code = code;
    /** The request's field at fault, such as "size". */
    this.field = field;
  }
}

export class Bytepass {
  #base;
  #token;

  /**
   * @param {object} [options]
   * @param {string} [options.base] the API's URL without a trailing slash; by default the page's own origin
   * @param {() => (string | Promise<string>)} [options.token] returns an access token; without one none is sent
   */
  constructor({ base = "", token } = {}) {
    this.#base = base;
    this.#token = token;
  }

  /**
   * One page of the list, in byte order of the keys.
   * @param {object} [options]
   * @param {string} [options.prefix]
   * @param {string} [options.next] what the page before returned as next
   * @param {AbortSignal} [options.signal]
   * @returns {Promise<{files: FileRecord[], next: string}>} next is empty on the last page
   */
  async list({ prefix = "", next = "", signal } = {}) {
    const path = next || `/api/files?prefix=${encodeURIComponent(prefix)}`;
    const response = await this.#call("GET", path, { signal });
    return { files: await response.json(), next: nextOf(response.headers.get("Link")) };
  }

  /**
   * @param {string} key
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<FileRecord>} with a fresh download URL
   */
  async get(key, { signal } = {}) {
    const response = await this.#call("GET", `/api/file?key=${encodeURIComponent(key)}`, { signal });
    return response.json();
  }

  /**
   * Uploads a file in one request.
   * @param {string} key
   * @param {Blob} file
   * @param {object} [options]
   * @param {(sent: number, total: number) => void} [options.onProgress] bytes
   * @param {AbortSignal} [options.signal]
   * @returns {Promise<{key: string, etag: string}>} the key as it was normalised
   */
  async upload(key, file, { onProgress, signal } = {}) {
    const body = JSON.stringify({ key, mimeType: file.type, size: file.size });
    const response = await this.#call("POST", "/api/presign", { body, signal });
    const signed = await response.json();
    const etag = await put(signed, file, onProgress, signal);
    return { key: signed.key, etag };
  }

  /**
   * Waits until the list shows what an upload or a restore has made current.
   * @param {{key: string, etag?: string, versionId?: string}} made what upload or restore returned
   * @param {{timeout?: number, signal?: AbortSignal}} [options] timeout in milliseconds
   * @returns {Promise<FileRecord>}
   */
  async arrived({ key, etag, versionId }, { timeout = 10_000, signal } = {}) {
    const end = Date.now() + timeout;
    // The list answers 200 also while the file is not there; of the keys that
    // begin with this one, it comes first.
    const path = `/api/files?limit=1&prefix=${encodeURIComponent(key)}`;
    for (let pause = 50; ; pause = Math.min(2 * pause, 1000)) {
      const [record] = (await this.list({ next: path, signal })).files;
      const same = record?.key === key && (etag === undefined || record.etag === etag) &&
        (versionId === undefined || record.versionId === versionId);
      if (same) return record;
      if (Date.now() + pause > end) {
        throw new BytepassError("The file was stored, but the list does not show it yet.");
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  /**
   * Deletes a file so that it can be restored.
   * @param {string} key
   * @param {{signal?: AbortSignal}} [options]
   */
  async remove(key, { signal } = {}) {
    await this.#call("DELETE", "/api/files", { body: JSON.stringify({ key }), signal });
  }

  /**
   * Brings back what was deleted.
   * @param {string} key
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<{key: string, versionId: string}>} what is current now
   */
  async restore(key, { signal } = {}) {
    const response = await this.#call("POST", "/api/restore", { body: JSON.stringify({ key }), signal });
    return response.json();
  }

  async #call(method, path, { body, signal } = {}) {
    const headers = {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (this.#token) headers.Authorization = `Bearer ${await this.#token()}`;
    let response;
    try {
      response = await fetch(this.#base + path, { method, headers, body, signal, credentials: "omit", cache: "no-store" });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new BytepassError("The server does not answer. Check the connection and try again.");
    }
    if (!response.ok) throw await problem(response);
    return response;
  }
}

/**
 * Sends file as the signed answer says. XMLHttpRequest, because fetch reports
 * no progress of what it sends.
 */
function put({ method, url, headers }, file, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    const settle = (then, value) => {
      signal?.removeEventListener("abort", abort);
      then(value);
    };
    request.open(method, url);
    for (const [name, value] of Object.entries(headers ?? {})) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress?.(event.loaded, file.size);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) {
        settle(resolve, (request.getResponseHeader("ETag") ?? "").replaceAll('"', ""));
      } else {
        settle(reject, refusal(request));
      }
    };
    request.onerror = () => settle(reject, new BytepassError("The connection to the store broke. Try again."));
    request.onabort = () => settle(reject, new DOMException("The upload was cancelled.", "AbortError"));
    if (signal?.aborted) return settle(reject, new DOMException("The upload was cancelled.", "AbortError"));
    signal?.addEventListener("abort", abort);
    request.send(file);
  });
}

/** What the store answered to a PUT, which is XML. */
function refusal(request) {
  const xml = new DOMParser().parseFromString(request.responseText, "application/xml");
  const code = xml.querySelector("Code")?.textContent ?? "";
  const message = xml.querySelector("Message")?.textContent ?? `The store answered ${request.status}.`;
  return new BytepassError(message, { status: request.status, code });
}

/** What the API answered, which is a problem (RFC 9457). */
async function problem(response) {
  let details = {};
  try {
    details = await response.json();
  } catch {
    // Something in between has answered, and not in JSON: the status has to do.
  }
  const message = details.detail ?? `The server answered ${response.status}.`;
  return new BytepassError(message, { status: response.status, code: details.code, field: details.field });
}

/** The path of the next page in a Link header (RFC 8288), or "". */
function nextOf(link) {
  const target = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(link ?? "");
  if (!target) return "";
  const url = new URL(target[1], location.href);
  return url.pathname + url.search;
}
