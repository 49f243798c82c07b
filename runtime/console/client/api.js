/**
 * The calls to the API: tokens, problems, pages, and trying again.
 *
 * @module api
 */

import { BytepassError, isPassing } from "./errors.js";
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
 * refused that one. An empty token is not sent.
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
   */
  constructor(base, token) {
    this.base = base;
    this.token = token;
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
    const token = await this.token?.({ expired });
    if (token) headers.Authorization = `Bearer ${token}`;
    let response;
    try {
      response = await fetch(this.base + path, {
        method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body),
        credentials: "omit", cache: "no-store",
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new BytepassError("The server does not answer. Check the connection and try again.", { code: "network" });
    }
    if (!response.ok) throw await problem(response);
    return response;
  }
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
