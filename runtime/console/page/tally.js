// What screen readers hear of uploads: of one at once, of many a summary every
// few seconds.

import { numberText, sentence } from "./format.js";
import { say } from "./notices.js";

/** How long it is quiet after something was said, in milliseconds. */
const QUIET = 5000;

export class Tally {
  /** What is to be said when there is no more than one. */
  #one = "";
  #uploaded = 0;
  #failed = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #quiet;

  /** @param {() => number} left how many uploads have neither arrived nor failed */
  constructor(left) {
    this.left = left;
  }

  /** @param {string} key what the list shows by now */
  arrived(key) {
    this.#uploaded++;
    this.#tell(`Uploaded ${key}`);
  }

  /** @param {string} name @param {Error} [error] */
  failed(name, error) {
    this.#failed++;
    this.#tell(`The upload of ${name} failed: ${sentence(error?.message)}`);
  }

  /** @param {string} news */
  #tell(news) {
    this.#one = news;
    if (this.#quiet === undefined) this.#speak();
  }

  #speak() {
    say(this.#uploaded + this.#failed > 1 ? this.#summary() : this.#one);
    this.#uploaded = this.#failed = 0;
    this.#quiet = setTimeout(() => {
      this.#quiet = undefined;
      if (this.#uploaded + this.#failed > 0) this.#speak();
    }, QUIET);
  }

  #summary() {
    const parts = [];
    if (this.#uploaded > 0) parts.push(`${numberText(this.#uploaded)} uploaded`);
    if (this.#failed > 0) parts.push(`${numberText(this.#failed)} failed`);
    return [...parts, `${numberText(this.left())} left`].join(", ");
  }
}
