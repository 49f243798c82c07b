/**
 * CRC64NVME (polynomial 0xad93d23594c93659, reflected; check value of
 * "123456789": ae8b14860a799888), the checksum that S3 keeps of a whole file
 * that came in parts:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 *
 * @module crc64
 */

/** The polynomial, reflected. */
const POLYNOMIAL = 0x9a6c9329ac4bc9b5n;

/** Upper and lower halves of the tables of the slicing-by-8 method, 256 entries each. */
const high = new Int32Array(8 * 256);
const low = new Int32Array(8 * 256);
for (let byte = 0; byte < 256; byte++) {
  let crc = BigInt(byte);
  for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ POLYNOMIAL : crc >> 1n;
  high[byte] = Number(BigInt.asIntN(32, crc >> 32n));
  low[byte] = Number(BigInt.asIntN(32, crc));
}
for (let at = 256; at < high.length; at++) {
  const before = at - 256;
  const byte = low[before] & 255;
  high[at] = (high[before] >>> 8) ^ high[byte];
  low[at] = ((low[before] >>> 8) | (high[before] << 24)) ^ low[byte];
}

/** The checksum of bytes as they come. */
export class Crc64 {
  #high = -1;
  #low = -1;

  /** @param {Uint8Array} bytes the next ones */
  update(bytes) {
    let h = this.#high;
    let l = this.#low;
    let at = 0;
    for (const end = bytes.length - 7; at < end; at += 8) {
      l ^= bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
      h ^= bytes[at + 4] | (bytes[at + 5] << 8) | (bytes[at + 6] << 16) | (bytes[at + 7] << 24);
      const a = 1792 + (l & 255), b = 1536 + ((l >>> 8) & 255), c = 1280 + ((l >>> 16) & 255), d = 1024 + (l >>> 24);
      const e = 768 + (h & 255), f = 512 + ((h >>> 8) & 255), g = 256 + ((h >>> 16) & 255), i = h >>> 24;
      l = low[a] ^ low[b] ^ low[c] ^ low[d] ^ low[e] ^ low[f] ^ low[g] ^ low[i];
      h = high[a] ^ high[b] ^ high[c] ^ high[d] ^ high[e] ^ high[f] ^ high[g] ^ high[i];
    }
    for (; at < bytes.length; at++) {
      const byte = (l ^ bytes[at]) & 255;
      l = ((l >>> 8) | (h << 24)) ^ low[byte];
      h = (h >>> 8) ^ high[byte];
    }
    this.#high = h;
    this.#low = l;
  }

  /** @returns {string} the 8 bytes, big-endian, in base64, as S3 writes them */
  base64() {
    const bytes = new DataView(new ArrayBuffer(8));
    bytes.setInt32(0, ~this.#high);
    bytes.setInt32(4, ~this.#low);
    return btoa(String.fromCharCode(...new Uint8Array(bytes.buffer)));
  }
}

/**
 * The checksum of a file from those of its parts, without reading it again:
 * appending n bytes multiplies a CRC by x^8n modulo the polynomial.
 * @param {{checksum: string, size: number}[]} parts in order; base64 and bytes
 * @returns {string} base64
 */
export function combine(parts) {
  /** @type {Map<number, bigint>} */
  const shifts = new Map(); // all parts but the last have one size
  let crc = 0n;
  for (const { checksum, size } of parts) {
    let shift = shifts.get(size);
    if (shift === undefined) shifts.set(size, shift = power(8n * BigInt(size)));
    crc = multiply(shift, crc) ^ decode(checksum);
  }
  const text = crc.toString(16).padStart(16, "0");
  const bytes = text.match(/../g)?.map((pair) => parseInt(pair, 16)) ?? [];
  return btoa(String.fromCharCode(...bytes));
}

/** @param {string} base64 */
function decode(base64) {
  let n = 0n;
  for (const char of atob(base64)) n = (n << 8n) | BigInt(char.charCodeAt(0));
  return n;
}

/** x^0 in the reflected order of bits: the highest one. */
const ONE = 1n << 63n;

/** @param {bigint} a @param {bigint} b @returns {bigint} their product modulo the polynomial */
function multiply(a, b) {
  let product = 0n;
  for (let bit = ONE; bit > 0n; bit >>= 1n) {
    if (a & bit) product ^= b;
    b = b & 1n ? (b >> 1n) ^ POLYNOMIAL : b >> 1n;
  }
  return product;
}

/** @param {bigint} exponent @returns {bigint} x^exponent modulo the polynomial */
function power(exponent) {
  let result = ONE;
  for (let square = ONE >> 1n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = multiply(square, result);
    square = multiply(square, square);
  }
  return result;
}
