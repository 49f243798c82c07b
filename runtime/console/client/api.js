/**
 * The calls to the API: tokens, problems, pages, and trying again.
 *
 * @module api
 */

import { aborted, BytepassError, isPassing } from "./errors.js";
import { retry } from "./retry.js";

/** @typedef {import("./retry.js").RetryOptions} RetryOptions */

/**
 * Of what somebody waits for: once more, and not while the browser is offline.
 * @type {RetryOptions}
 */
const IMPATIENT = { attempts: 2, again: (error) => isPassing(error) && navigator.onLine };

/**
 * Returns an access token. It is asked for one before every call, so it should
 * remember the token that it has; `expired` says that the server has just
 * refused that one. The call waits for it, so it may take as long as somebody
 * needs to sign in. An empty token is not sent.
 * @typedef {(asked: {expired: boolean}) => (string | Promise<string>)} TokenSource
 */

/**
 * @typedef {object} CallOptions
 * @property {unknown} [body] sent as JSON
 * @property {AbortSignal} [signal]
 * @property {RetryOptions} [retry] how often to try again; by default once more
 */

export class Api {
  /**
   * @param {string} base the API's URL without a trailing slash; "" is the page's own origin
   * @param {TokenSource} [token]
   * @param {number} [stall] milliseconds after which nobody will answer any more
   */
  constructor(base, token, stall = 60_000) {
    this.base = base;
    this.token = token;
    this.stall = stall;
  }

  /**
   * Calls the API. A 401 is answered once with a renewed token; what may pass
   * is tried again.
   * @param {string} method
   * @param {string} path with its query
   * @param {CallOptions} [options]
   * @returns {Promise<Response>} a success; everything else is thrown as a BytepassError
   */
  call(method, path, { body, signal, retry: patience = IMPATIENT } = {}) {
    return retry(async () => {
      try {
        return await this.#once(method, path, body, signal, false);
      } catch (error) {
        const expired = error instanceof BytepassError && error.status === 401 && this.token;
        if (!expired) throw error;
        return this.#once(method, path, body, signal, true);
      }
    }, { ...patience, signal });
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {CallOptions} [options]
   * @returns {Promise<any>} the answer's JSON
   */
  async json(method, path, options) {
    return (await this.call(method, path, options)).json();
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} body
   * @param {AbortSignal | undefined} signal
   * @param {boolean} expired
   */
  async #once(method, path, body, signal, expired) {
    /** @type {Record<string, string>} */
    const headers = {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const token = await unless(signal, this.token?.({ expired }));
    if (token) headers.Authorization = `Bearer ${token}`;
    let response;
    try {
      response = await this.#fetch(this.base + path, {
        method, headers, body: body === undefined ? undefined : JSON.stringify(body), credentials: "omit", cache: "no-store",
      }, signal);
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new BytepassError("The server does not answer. Check the connection and try again.", { code: "network" });
    }
    if (!response.ok) throw await problem(response);
    return response;
  }

  /**
   * A fetch of all of the answer, that ends when nobody answers: the browser
   * itself would wait for minutes on a line that is dead.
   * @param {string} url
   * @param {RequestInit} request
   * @param {AbortSignal | undefined} signal
   * @returns {Promise<Response>}
   */
  async #fetch(url, request, signal) {
    const stop = new AbortController();
    const abort = () => stop.abort();
    const timer = setTimeout(abort, this.stall);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
    try {
      const response = await fetch(url, { ...request, signal: stop.signal });
      const body = await response.arrayBuffer();
      return new Response(body.byteLength > 0 ? body : null, response);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }
}

/**
 * Waits for a token, which may take until somebody has signed in, and not
 * beyond a cancellation.
 * @param {AbortSignal | undefined} signal
 * @param {string | Promise<string> | undefined} token
 * @returns {Promise<string | undefined>}
 */
function unless(signal, token) {
  return new Promise((resolve, reject) => {
    const stop = () => reject(aborted());
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
    Promise.resolve(token).then(resolve, reject).finally(() => signal?.removeEventListener("abort", stop));
  });
}

/** @param {Response} response what the API refused with, which is a problem (RFC 9457) */
async function problem(response) {
  let said;
  try {
    said = await response.json();
  } catch {
    said = {}; // something in between has answered, and not in JSON: the status has to do
  }
  return new BytepassError(said.detail ?? `The server answered ${response.status}.`, {
    status: response.status, code: said.code, field: said.field,
    parts: said.parts?.map((/** @type {{partNumber: number}} */ part) => part.partNumber),
    retryAfter: 1000 * Number(response.headers.get("Retry-After") ?? 0) || 0,
  });
}

/** @param {string | null} link a Link header (RFC 8288) @returns {string} the path of the next page, or "" */
export function nextOf(link) {
  const target = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(link ?? "");
  if (!target) return "";
  const url = new URL(target[1], "http://any.invalid");
  return url.pathname + url.search;
}
