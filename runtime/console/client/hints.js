/**
 * What this browser remembers of its unfinished uploads. It is a hint only: the
 * server is asked what is there, and the parts are compared with the file.
 *
 * @module hints
 */

/**
 * @typedef {object} Hint
 * @property {string} key
 * @property {string} uploadId
 * @property {string} name of the file on disk
 * @property {number} size bytes
 * @property {number} lastModified milliseconds since 1970
 * @property {string} ends checksum of both ends of the file
 * @property {boolean} [adopted] another browser began the upload
 */

export class Hints {
  /**
   * @param {string} base the API's URL, since keys of several may meet in one page
   * @param {Storage | undefined} storage without one nothing is remembered
   * @param {() => string} [owner] whose uploads they are; "" where nobody can tell
   */
  constructor(base, storage, owner = () => "") {
    this.base = base;
    this.storage = storage;
    this.owner = owner;
  }

  /** @returns {string} what the names of the owner's hints begin with */
  get prefix() {
    const owner = this.owner();
    return owner ? `bytepass of ${encodeURIComponent(owner)} ${this.base} ` : `bytepass ${this.base} `;
  }

  /** @param {string} key @returns {Hint | null} */
  get(key) {
    try {
      return JSON.parse(this.storage?.getItem(this.prefix + key) ?? "null");
    } catch {
      return null;
    }
  }

  /** @param {Hint} hint */
  set(hint) {
    try {
      this.storage?.setItem(this.prefix + hint.key, JSON.stringify(hint));
    } catch {
      // Full, or forbidden: the server still knows.
    }
  }

  /** @param {string} key */
  delete(key) {
    this.storage?.removeItem(this.prefix + key);
  }

  /** @returns {Hint[]} */
  all() {
    const names = Object.keys(this.storage ?? {}).filter((name) => name.startsWith(this.prefix));
    return names.map((name) => this.get(name.slice(this.prefix.length))).filter((hint) => hint !== null);
  }
}

/** @returns {Storage | undefined} the page's, where it has one */
export function localHints() {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined; // the user forbids it
  }
}

/**
 * Claims a key for one upload of this browser, in whichever tab: two that go on
 * with the same unfinished upload would cancel each other's.
 * @param {string} name
 * @returns {Promise<(() => void) | null>} what ends the claim, also when the tab dies; null if another has it
 */
export function claim(name) {
  const { locks } = navigator;
  if (!locks) return Promise.resolve(() => {}); // only https and this machine have them
  return new Promise((resolve) => {
    locks.request(name, { ifAvailable: true }, (lock) => {
      if (!lock) return resolve(null);
      return new Promise((release) => resolve(() => release(undefined)));
    }).catch(() => resolve(() => {})); // where storage is forbidden, so are they
  });
}

/** @returns {Promise<Set<string>>} the names that are claimed now */
export async function claimed() {
  const state = await navigator.locks?.query();
  return new Set(state?.held?.map((lock) => lock.name ?? ""));
}
