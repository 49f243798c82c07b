/**
 * Some at a time.
 *
 * @module parallel
 */

import { isAbort } from "./errors.js";

/**
 * Works through a list, a few at the same time. The first failure ends the
 * others, and is thrown when they have ended.
 * @template T
 * @param {number} most at a time
 * @param {T[]} list emptied as the work goes on
 * @param {(item: T, signal: AbortSignal) => Promise<void>} work
 * @param {AbortSignal} signal ends it all, with an AbortError
 */
export async function inParallel(most, list, work, signal) {
  const stop = new AbortController();
  const end = () => stop.abort();
  /** @type {unknown[]} */
  const errors = [];
  const worker = async () => {
    try {
      while (list.length > 0 && !stop.signal.aborted) await work(/** @type {T} */ (list.shift()), stop.signal);
    } catch (error) {
      errors.push(error);
      end();
    }
  };
  signal.throwIfAborted();
  signal.addEventListener("abort", end);
  await Promise.all(Array.from({ length: most }, worker));
  signal.removeEventListener("abort", end);
  signal.throwIfAborted();
  if (errors.length > 0) throw errors.find((error) => !isAbort(error)) ?? errors[0];
}
