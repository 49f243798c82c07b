/**
 * One PUT to the store.
 *
 * @module put
 */

import { aborted, BytepassError } from "./errors.js";

/**
 * A signed request, as the API answers it.
 * @typedef {object} Signed
 * @property {string} url
 * @property {Record<string, string>} [headers] to send, exactly so
 */

/**
 * Sends body to a signed URL. XMLHttpRequest, because fetch reports no progress
 * of what it sends.
 * @param {Signed} signed
 * @param {Blob} body
 * @param {object} options
 * @param {(sent: number) => void} options.onProgress bytes so far
 * @param {number} options.stall milliseconds without progress after which the connection counts as broken
 * @param {AbortSignal} options.signal
 * @returns {Promise<{etag: string, versionId?: string}>} the ETag without quotes, "" where the store hides it; a part has no version
 */
export function put({ url, headers = {} }, body, { onProgress, stall, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    /** @type {ReturnType<typeof setTimeout>} */
    let timer;
    let stalled = false;
    const abort = () => request.abort();
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        stalled = true;
        request.abort();
      }, stall);
    };
    /** @param {() => void} then */
    const settle = (then) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      then();
    };
    const broken = () => settle(() => reject(new BytepassError("The connection to the store broke.", { code: "network" })));
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => {
      alive();
      onProgress(event.loaded);
    };
    request.onload = () => settle(() => {
      if (request.status < 200 || request.status >= 300) return reject(refusal(request));
      resolve({
        etag: (request.getResponseHeader("ETag") ?? "").replaceAll('"', ""),
        versionId: request.getResponseHeader("x-amz-version-id") ?? undefined,
      });
    });
    request.onerror = broken;
    request.onabort = () => (stalled ? broken() : settle(() => reject(aborted())));
    if (signal.aborted) return settle(() => reject(aborted()));
    signal.addEventListener("abort", abort);
    alive();
    request.send(body);
  });
}

/** @param {XMLHttpRequest} request what the store refused, which it says in XML */
function refusal(request) {
  const xml = new DOMParser().parseFromString(request.responseText, "application/xml");
  const code = xml.querySelector("Code")?.textContent ?? "";
  const message = xml.querySelector("Message")?.textContent ?? `The store answered ${request.status}.`;
  return new BytepassError(message, { status: request.status, code });
}
