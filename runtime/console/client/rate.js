/**
 * How fast bytes travel, and how long the rest will take.
 *
 * @module rate
 */

/** How far back the speed looks, in milliseconds. */
const WINDOW = 8000;
/**
 * How long it has to look before it says anything, in milliseconds: the first
 * megabytes only fill the buffers of this machine.
 */
const LEAST = 1000;

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
   * @returns {{speed: number, secondsLeft: number}} bytes a second, and Infinity as long as nobody can tell
   */
  measure(sent, total, now) {
    const samples = this.#samples;
    // Parts that are sent again count backwards: begin anew.
    if (samples.length > 0 && sent < samples[samples.length - 1].sent) samples.length = 0;
    samples.push({ at: now, sent });
    while (samples.length > 2 && samples[0].at < now - WINDOW) samples.shift();
    const took = now - samples[0].at;
    const speed = took >= LEAST ? (1000 * (sent - samples[0].sent)) / took : 0;
    return { speed, secondsLeft: speed > 0 ? (total - sent) / speed : Infinity };
  }
}
