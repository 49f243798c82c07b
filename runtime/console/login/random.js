/**
 * Random texts and their hashes, as PKCE spells them (RFC 7636).
 *
 * @module random
 */

import { BytepassError } from "../client/errors.js";

/** Base64 for URLs, without padding (RFC 4648, section 5). */
export const base64url = {
  /** @param {Uint8Array} bytes */
  encode: (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""),
  /** @param {string} text @returns {Uint8Array} */
  decode: (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0)),
};

/** @returns {string} 256 bits that nobody can guess */
export function random() {
  return base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
}

/** @param {string} text @returns {Promise<string>} the SHA-256, in base64 for URLs */
export async function sha256(text) {
  // Browsers take cryptography from pages that others may have changed on the way.
  if (!crypto.subtle) throw new BytepassError("One can sign in by https only: open this page by its https address.");
  return base64url.encode(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}
