/**
 * Trying again: exponential backoff with full jitter
 * (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/),
 * and no attempt at all while the browser knows that it is offline.
 *
 * @module retry
 */

import { aborted, isPassing, BytepassError } from "./errors.js";

/**
 * What is told before a pause.
 * @typedef {object} Pause
 * @property {Error} error what went wrong
 * @property {number} delay milliseconds until the next attempt
 * @property {boolean} offline the pause ends when the browser is online again
 */

/**
 * @typedef {object} RetryOptions
 * @property {number} [attempts] how many there are in all
 * @property {number} [base] the longest pause after the first attempt, in milliseconds; it doubles with each
 * @property {number} [cap] the longest pause, in milliseconds
 * @property {AbortSignal} [signal]
 * @property {(error: unknown, attempt: number) => boolean} [again] whether another attempt makes sense; attempt counts from 1
 * @property {(pause: Pause) => void} [onPause]
 */

/**
 * Runs action until it succeeds, until an error makes another attempt
 * senseless, or until the attempts are used up, and then throws the last error.
 * @template T
 * @param {() => Promise<T>} action
 * @param {RetryOptions} [options]
 * @returns {Promise<T>}
 */
export async function retry(action, options = {}) {
  const { attempts = 8, base = 500, cap = 20_000, signal, again = isPassing, onPause } = options;
  for (let attempt = 1; ; attempt++) {
    if (signal?.aborted) throw aborted();
    try {
      return await action();
    } catch (error) {
      if (signal?.aborted || attempt >= attempts || !again(error, attempt)) throw error;
      const most = Math.min(cap, base * 2 ** (attempt - 1));
      const asked = error instanceof BytepassError ? error.retryAfter : 0;
      const delay = asked + Math.random() * most;
      const offline = isOffline();
      onPause?.({ error: /** @type {Error} */ (error), delay, offline });
      await (offline ? online(signal) : sleep(delay, signal));
    }
  }
}

function isOffline() {
  return typeof navigator !== "undefined" && navigator.onLine === false;
}

/**
 * @param {number} ms
 * @param {AbortSignal} [signal] ends it early, with an AbortError
 * @returns {Promise<void>}
 */
export function sleep(ms, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(aborted());
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/**
 * Waits until the browser says that it is online. It may never say so, and be
 * wrong about being offline, so it is believed for a minute at most.
 * @param {AbortSignal} [signal]
 */
async function online(signal) {
  const end = new AbortController();
  const stop = () => end.abort();
  addEventListener("online", stop, { once: true });
  signal?.addEventListener("abort", stop, { once: true });
  try {
    await sleep(60_000, end.signal);
  } catch {
    if (signal?.aborted) throw aborted();
  } finally {
    removeEventListener("online", stop);
    signal?.removeEventListener("abort", stop);
  }
}
