/**
 * What can go wrong, as one type.
 *
 * @module errors
 */

/**
 * What the API or the store refused, and why, or what kept us from asking.
 *
 * `code` is the problem's stable code, such as "too-large", or S3's, such as
 * "EntityTooLarge". Of our own are "network" (no answer came), "file-changed"
 * (the file on disk is not the one that was chosen), "rejected" (it arrived
 * and was refused afterwards) and "not-listed" (it arrived, and the list does
 * not show it yet).
 */
export class BytepassError extends Error {
  /**
   * @param {string} message one sentence for people
   * @param {{status?: number, code?: string, field?: string, parts?: number[], retryAfter?: number}} [details]
   */
  constructor(message, { status = 0, code = "", field = "", parts = [], retryAfter = 0 } = {}) {
    super(message);
    this.name = "BytepassError";
    /** HTTP status; 0 if there was no answer. */
    this.status = status;
    this.code = code;
    /** The request's field at fault, such as "size". */
    this.field = field;
    /** With "invalid-parts": the numbers of the parts to send again. */
    this.parts = parts;
    /** How many milliseconds the server wants us to wait; 0 if it did not say. */
    this.retryAfter = retryAfter;
  }
}

/** @param {unknown} error @returns {boolean} the user has stopped it, so nothing is to be told */
export function isAbort(error) {
  return error instanceof DOMException && error.name === "AbortError";
}

/**
 * S3's codes of what may pass, though their statuses (400 and 409) are those of
 * requests that are wrong:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const PASSING = new Set(["RequestTimeout", "ConditionalRequestConflict"]);

/** @param {unknown} error @returns {boolean} nothing is wrong with the request: the same one may succeed later */
export function isPassing(error) {
  if (!(error instanceof BytepassError)) return false;
  if (error.code === "network" || PASSING.has(error.code)) return true;
  return error.status === 408 || error.status === 429 || error.status >= 500;
}

/** Codes of what is wrong with the file or its key, beside those that begin with "invalid-". */
const REFUSALS = new Set(["too-large", "type-not-allowed", "name-too-long", "conflict", "path-conflict", "forbidden", "file-changed", "rejected", "EntityTooLarge"]);

/** @param {unknown} error @returns {boolean} the same file under the same key will be refused again */
export function isRefusal(error) {
  return error instanceof BytepassError && (REFUSALS.has(error.code) || /^invalid-(?!parts)/.test(error.code));
}

/** @param {unknown} error @param {string} code @returns {error is BytepassError} */
export function hasCode(error, code) {
  return error instanceof BytepassError && error.code === code;
}

/**
 * What the store's refusal of a second file under a key means, in the words in
 * which the API refuses to complete one that came in parts.
 * @param {string} key
 * @returns {BytepassError}
 */
export function taken(key) {
  return new BytepassError(
    `there is a file "${key}" already, and overwrite is false; choose another key, or allow it to be overwritten`,
    { status: 409, code: "conflict", field: "key" },
  );
}

/** @returns {DOMException} what a cancelled transfer ends with */
export function aborted() {
  return new DOMException("The upload was cancelled.", "AbortError");
}
