/**
 * Refusing what a caller cannot have meant: a misspelt `overwrite: false` must
 * not overwrite.
 *
 * @module options
 */

/**
 * @param {string} method
 * @param {object} rest what is left of its options without those that it knows
 * @returns {void} throws a TypeError that names them
 */
export function refuseUnknown(method, rest) {
  const names = Object.keys(rest);
  if (names.length > 0) throw new TypeError(`${method} knows no option ${names.join(", ")}: check the spelling`);
}

/**
 * A Blob of another frame is no instance of this one's Blob, so it is known by
 * what it can do.
 * @param {unknown} key
 * @param {unknown} file
 * @returns {void} throws a TypeError
 */
export function checkSource(key, file) {
  if (typeof key !== "string") throw new TypeError("key is not a string: give the path under which the file is to be found");
  const { size, slice, arrayBuffer } = /** @type {any} */ (file ?? {});
  if (typeof size !== "number" || typeof slice !== "function" || typeof arrayBuffer !== "function") {
    throw new TypeError("file is not a Blob: give a File, or wrap the bytes as new Blob([bytes])");
  }
}
