/**
 * The worker that hashes: it gets {id, algorithm, blob} and answers
 * {id, checksum} or {id, error: {name, message}}. An empty {} says that it is
 * there.
 *
 * @module hash-worker
 */

import { digest } from "./digest.js";

addEventListener("message", async ({ data: { id, algorithm, blob } }) => {
  try {
    postMessage({ id, checksum: await digest(algorithm, blob) });
  } catch (error) {
    const { name, message } = /** @type {Error} */ (error);
    postMessage({ id, error: { name, message } });
  }
});

postMessage({});
