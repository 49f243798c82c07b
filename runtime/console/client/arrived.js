/**
 * Waiting until the lists show what was uploaded or deleted: the catalog follows
 * the store within a second or two.
 *
 * @module arrived
 */

import { BytepassError } from "./errors.js";
import { sleep } from "./retry.js";

/** The first pause between two looks, in milliseconds; it doubles up to LONGEST. */
const FIRST = 50;
const LONGEST = 1000;
/** From which pause on the refused uploads are looked at too. */
const DOUBT = 800;

/**
 * @param {import("../bytepass.js").Bytepass} files
 * @param {{key: string, etag?: string, versionId?: string}} made
 * @param {{timeout?: number, signal?: AbortSignal}} [options] timeout in milliseconds
 * @returns {Promise<import("./records.js").FileRecord>}
 */
export async function arrived(files, { key, etag, versionId }, { timeout = 10_000, signal } = {}) {
  const end = Date.now() + timeout;
  // The list answers 200 also while the file is not there; of the keys that
  // begin with this one, it comes first.
  const one = { prefix: key, limit: 1, signal };
  /** @param {import("./records.js").FileRecord | undefined} record */
  const isMade = (record) => record?.key === key && (!etag || record.etag === etag) && (!versionId || record.versionId === versionId);
  for (let pause = FIRST; ; pause = Math.min(2 * pause, LONGEST)) {
    const [record] = (await files.list(one)).files;
    if (isMade(record)) return record;
    if (pause >= DOUBT) {
      const [refused] = (await files.rejected(one)).files;
      if (isMade(refused)) {
        throw new BytepassError(`It arrived and was refused: ${refused.reason}`, { code: "rejected" });
      }
    }
    if (Date.now() + pause > end) {
      throw new BytepassError("The file was stored, but the list does not show it yet.", { code: "not-listed" });
    }
    await sleep(pause, signal);
  }
}

/**
 * @param {import("../bytepass.js").Bytepass} files
 * @param {string} key
 * @param {{timeout?: number, signal?: AbortSignal}} [options] timeout in milliseconds
 * @returns {Promise<import("./records.js").FileRecord>}
 */
export async function trashed(files, key, { timeout = 10_000, signal } = {}) {
  const end = Date.now() + timeout;
  for (let pause = FIRST; ; pause = Math.min(2 * pause, LONGEST)) {
    const [record] = (await files.trash({ prefix: key, limit: 1, signal })).files;
    if (record?.key === key) return record;
    if (Date.now() + pause > end) {
      throw new BytepassError("The file was deleted, but the trash does not show it yet.", { code: "not-listed" });
    }
    await sleep(pause, signal);
  }
}
