/**
 * How fast bytes travel, and how long the rest will take.
 *
 * @module rate
 */

/** How far back the speed looks, in milliseconds. */
const WINDOW = 8000;

export class Rate {
  /** @type {{at: number, sent: number}[]} */
  #samples = [];

  /** Forgets what was before a pause. */
  reset() {
    this.#samples = [];
  }

  /**
   * @param {number} sent bytes so far
   * @param {number} total bytes
   * @param {number} now milliseconds
   * @returns {{speed: number, secondsLeft: number}} bytes a second, and Infinity while nothing moves
   */
  measure(sent, total, now) {
    const samples = this.#samples;
    // Parts that are sent again count backwards: begin anew.
    if (samples.length > 0 && sent < samples[samples.length - 1].sent) samples.length = 0;
    samples.push({ at: now, sent });
    while (samples.length > 2 && samples[0].at < now - WINDOW) samples.shift();
    const seconds = (now - samples[0].at) / 1000;
    const speed = seconds > 0 ? (sent - samples[0].sent) / seconds : 0;
    return { speed, secondsLeft: speed > 0 ? (total - sent) / speed : Infinity };
  }
}
