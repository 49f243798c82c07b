/**
 * A file in parts: several at a time, each again if it fails, and those that
 * have arrived never twice.
 *
 * @module multipart
 */

import { combine } from "./crc64.js";
import { BytepassError, hasCode, isPassing } from "./errors.js";
import { claim } from "./hints.js";
import { inParallel } from "./parallel.js";
import { PartUrls } from "./part-urls.js";
import { put } from "./put.js";
import { find } from "./resume.js";
import { retry, sleep } from "./retry.js";
import { isRefusedURL } from "./single.js";
import { changed, checkUnchanged, fingerprint } from "./source.js";

/** @typedef {import("./upload.js").Job} Job */
/** @typedef {import("./upload.js").Uploaded} Uploaded */
/** @typedef {import("./resume.js").Found} Found */

/** How often a URL that the store refuses is signed anew. */
const FRESH_URLS = 3;
/** How often parts that the completion finds wrong are sent again, and an upload that is gone is begun again. */
const ROUNDS = 3;
/** How often a completion is asked for: S3 may take minutes, of which each call waits 25 s. */
const COMPLETIONS = 40;

/**
 * How often an upload is aborted that does not go away: a part that was cut off
 * may still be arriving at the store, and outlive the abort
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html).
 */
const ABORTS = 5;

/** Sends a file in parts; run may be called again after it was aborted. */
export class Multipart {
  /** @type {Found | undefined} */
  #upload;
  /** @type {PartUrls | undefined} */
  #urls;
  /** @type {Map<number, number>} bytes of the parts that are under way */
  #moving = new Map();
  /** @type {Map<number, string>} checksums of the parts that were sent, also for stores that keep none */
  #sums = new Map();
  /** @type {(() => void) | null | undefined} */
  #release;

  /** @param {Job} job */
  constructor(job) {
    this.job = job;
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<Uploaded>}
   */
  async run(signal) {
    for (let round = 1; ; round++) {
      try {
        const finished = this.#upload ? undefined : await this.#begin(signal);
        if (finished) return this.#end(finished);
        await this.#sendMissing(signal);
        this.job.onState("finishing");
        await this.#compare(signal);
        return this.#end(await this.#complete(signal));
      } catch (error) {
        const again = this.#mend(error);
        if (!again || round === ROUNDS) throw error;
      }
    }
  }

  /**
   * Forgets the upload, here and, unless another browser began it, at the store.
   * @returns {Promise<import("./upload.js").Left | undefined>} what another browser began
   */
  async discard() {
    const upload = this.#upload;
    this.#forget();
    this.#release?.();
    if (!upload) return undefined;
    if (upload.adopted) return { key: upload.key, uploadId: upload.uploadId };
    const { api } = this.job;
    const query = `?key=${encodeURIComponent(upload.key)}`;
    for (let times = 1; times <= ABORTS; times++) {
      await api.call("DELETE", `/api/uploads/${encodeURIComponent(upload.uploadId)}${query}`);
      await sleep(50 * 2 ** times);
      const unfinished = await api.json("GET", `/api/uploads${query}`);
      // Without the claim there is another tab's, too.
      if (unfinished.length <= (this.#release ? 0 : 1)) break;
    }
    return undefined;
  }

  /** Forgets the hint of this upload; without the claim it is another tab's. */
  #forget() {
    if (this.#release) this.job.hints.delete(this.job.key);
  }

  /** Ends the claim on the key; what has arrived stays, for the next time. */
  leave() {
    this.#release?.();
  }

  /** @param {AbortSignal} signal @returns {Promise<Uploaded | undefined>} the result, if it was there already */
  async #begin(signal) {
    const { api, key, file, declared, hasher, hints, resume, patience } = this.job;
    const print = await fingerprint(file, hasher);
    this.#release ??= await claim(hints.prefix + key);
    if (resume && this.#release) {
      this.job.onState("checking");
      const { found, finished } = await find(this.job, signal, print);
      if (finished) return finished;
      this.#upload = found;
    }
    this.job.onState("sending");
    if (!this.#upload) {
      const started = await api.json("POST", "/api/uploads", {
        body: { ...declared, key, mimeType: file.type, size: file.size }, signal, retry: patience,
      });
      this.#upload = { ...started, adopted: false, parts: new Map() };
      this.#urls = this.#newUrls();
      this.#urls.add(started);
    }
    this.#urls ??= this.#newUrls();
    if (print && this.#release) {
      const { uploadId, adopted } = this.#started();
      hints.set({ key, uploadId, adopted, ...print });
    }
    return undefined;
  }

  #started() {
    if (!this.#upload) throw new Error("the upload has not begun");
    return this.#upload;
  }

  #newUrls() {
    const { api, patience } = this.job;
    return new PartUrls((partNumbers, signal) => {
      const { uploadId, key } = this.#started();
      return api.json("POST", `/api/uploads/${encodeURIComponent(uploadId)}/parts`, { body: { key, partNumbers }, signal, retry: patience });
    });
  }

  /** @param {AbortSignal} signal */
  async #sendMissing(signal) {
    const { partCount, parts } = this.#started();
    const missing = Array.from({ length: partCount }, (_, at) => at + 1).filter((number) => !parts.has(number));
    try {
      await inParallel(this.job.parallel, missing, (number, stop) => this.#sendPart(number, missing, stop), signal);
    } finally {
      this.#moving.clear();
      this.#tell();
    }
  }

  /** @param {number} number @param {number[]} next @param {AbortSignal} signal */
  async #sendPart(number, next, signal) {
    const { file, hasher, patience, stall } = this.job;
    const { checksum: kept, parts } = this.#started();
    const slice = this.#slice(number);
    const hashing = hasher.hash("CRC64NVME", slice);
    hashing.catch(() => {}); // it is asked for below, unless sending fails first
    let refused = 0; // apart from what a bad line has cost: that is when URLs expire
    const { etag } = await retry(async () => {
      const urls = /** @type {PartUrls} */ (this.#urls);
      const signed = await urls.get(number, next, signal);
      try {
        return await put(signed, slice, { signal, stall, onProgress: (sent) => this.#tell(number, sent) });
      } catch (error) {
        this.#moving.delete(number);
        if (signal.aborted) throw error;
        await checkUnchanged(file);
        if (isRefusedURL(error)) urls.drop(number);
        throw error;
      }
    }, {
      ...patience, signal,
      again: (error) => isPassing(error) || (isRefusedURL(error) && ++refused < FRESH_URLS),
    });
    const checksum = await hashing.catch(() => Promise.reject(changed()));
    this.#moving.delete(number);
    this.#sums.set(number, checksum);
    parts.set(number, { etag, checksum: kept ? checksum : "", size: slice.size });
    this.#tell();
  }

  /** @param {number} number @returns {Blob} the file's part */
  #slice(number) {
    const { file } = this.job;
    const { partSize } = this.#started();
    return file.slice((number - 1) * partSize, Math.min(number * partSize, file.size));
  }

  /**
   * Compares the parts that have arrived with the file once more: an edit in
   * place that keeps size and time is seen by nobody else, and would store some
   * parts from before it and some from after it.
   * @param {AbortSignal} signal
   */
  async #compare(signal) {
    const { file, hasher } = this.job;
    await checkUnchanged(file);
    for (const [number, part] of this.#started().parts) {
      signal.throwIfAborted();
      const sent = this.#sums.get(number) ?? part.checksum;
      if (!sent) continue; // it came before a reload, to a store that keeps no checksums
      const now = await hasher.hash("CRC64NVME", this.#slice(number)).catch(() => Promise.reject(changed()));
      if (now !== sent) throw changed();
    }
  }

  /** @param {number} [number] @param {number} [sent] */
  #tell(number, sent = 0) {
    if (number !== undefined) this.#moving.set(number, sent);
    let total = 0;
    for (const { size } of this.#started().parts.values()) total += size;
    for (const bytes of this.#moving.values()) total += bytes;
    this.job.onSent(total);
  }

  /** @param {AbortSignal} signal @returns {Promise<Uploaded>} */
  async #complete(signal) {
    const { api, declared, patience } = this.job;
    const { uploadId, key, parts, checksum: kept } = this.#started();
    const sorted = [...parts].sort(([a], [b]) => a - b);
    const whole = kept ? combine(sorted.map(([, part]) => part)) : undefined;
    const body = {
      key, overwrite: declared.overwrite, checksumCRC64NVME: whole,
      parts: sorted.map(([partNumber, { etag, checksum }]) => ({
        partNumber, etag: etag || undefined, checksumCRC64NVME: checksum || undefined,
      })),
    };
    return api.json("POST", `/api/uploads/${encodeURIComponent(uploadId)}/complete`, {
      body, signal, retry: { ...patience, attempts: COMPLETIONS },
    });
  }

  /** @param {Uploaded} done */
  #end({ key, etag, versionId }) {
    const { file, onSent } = this.job;
    this.#forget();
    this.#release?.();
    onSent(file.size);
    return { key, etag, versionId };
  }

  /**
   * Prepares another round after an error that one can mend.
   * @param {unknown} error
   * @returns {boolean}
   */
  #mend(error) {
    if (!(error instanceof BytepassError) || !this.#upload) return false;
    if (error.code === "invalid-parts" && error.parts.length > 0) {
      for (const number of error.parts) this.#upload.parts.delete(number);
      this.job.onState("sending");
      return true;
    }
    if (hasCode(error, "upload-gone") || hasCode(error, "NoSuchUpload")) {
      // Somebody aborted it, or it was too old: begin another.
      this.#upload = this.#urls = undefined;
      this.#sums.clear();
      this.#forget();
      return true;
    }
    return false;
  }
}
