/**
 * The checksums of blobs, in base64 as S3 writes them.
 *
 * @module digest
 */

import { Crc64 } from "./crc64.js";

/** @typedef {"SHA-256" | "CRC64NVME"} Algorithm */

/**
 * @param {Algorithm} algorithm SHA-256 takes the whole blob into memory, CRC64NVME a stream's chunk at a time
 * @param {Blob} blob
 * @returns {Promise<string>} base64
 */
export async function digest(algorithm, blob) {
  if (algorithm === "SHA-256") {
    const hash = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
    return btoa(String.fromCharCode(...new Uint8Array(hash)));
  }
  const crc = new Crc64();
  const reader = blob.stream().getReader();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) crc.update(chunk.value);
  return crc.base64();
}
