// Uploads that a reload or a crash has interrupted. A page cannot open a file
// of its own accord, so it asks for it again.

import { $, button, element } from "./dom.js";
import { sizeText } from "./format.js";
import { name, path, visible } from "./names.js";
import { attempt, complain, notice } from "./notices.js";

/** @typedef {import("../bytepass.js").Bytepass} Bytepass */
/** @typedef {import("../bytepass.js").Hint} Hint */

/**
 * Says that what has arrived is left to the browser that began the upload, and
 * offers to remove it: that browser may be lost, or this one without its memory.
 * @param {Bytepass} files
 * @param {import("../client/upload.js").Left} left
 * @param {string} file its name
 */
export function offerRemoval(files, { key, uploadId }, file) {
  notice(["Discarded the upload of ", name(file), ". What has arrived is left to the browser that began it."], {
    label: "Remove it too",
    run: () => void attempt(async () => {
      await files.discard({ key, uploadId });
      notice(["Removed what had arrived of ", name(file), "."]);
    }),
  });
}

/** The card of those that the queue does not have: one that it has is in its hands alone. */
export class Interrupted {
  /** @type {Map<string, {hint: Hint, line: HTMLElement}>} by all that a hint says; a line stays as long as its hint does, and so the focus on it */
  #lines = new Map();
  /** @type {Set<string> | undefined} keys whose uploads have ended since the client was asked last */
  #ended;

  /** @param {Bytepass} files @param {import("./queue.js").Queue} queue */
  constructor(files, queue) {
    this.files = files;
    this.queue = queue;
  }

  /** Asks which there are, and draws them. @returns {Promise<void>} */
  async show() {
    const ended = this.#ended = new Set();
    const hints = await this.files.interrupted();
    if (ended !== this.#ended) return; // a later answer counts
    if (hints.some(({ key }) => ended.has(key))) return this.show(); // they may be of before that
    const now = new Map(hints.map((hint) => [JSON.stringify(hint), hint]));
    for (const [all, { line }] of this.#lines) {
      if (now.has(all)) continue;
      line.remove();
      this.#lines.delete(all);
    }
    for (const [all, hint] of now) {
      if (this.#lines.has(all)) continue;
      const line = this.#line(hint);
      this.#lines.set(all, { hint, line });
      $("interrupted-list").append(line);
    }
    this.#ended = undefined;
    this.draw();
  }

  /** Hides what the queue has, and shows it when the queue no longer does. */
  draw() {
    let shown = 0;
    for (const { hint, line } of this.#lines.values()) {
      line.hidden = this.queue.has(hint.key);
      if (!line.hidden) shown++;
    }
    $("interrupted").hidden = shown === 0;
  }

  /**
   * Looks again at an upload's key once the upload is over.
   * @param {import("./queue.js").Item} item that the queue no longer has
   */
  async ended({ key, upload }) {
    await upload?.done.catch(() => {}); // a cancelled one still removes what had arrived
    const normal = key.normalize("NFC");
    this.#ended?.add(normal);
    if ([...this.#lines.values()].some(({ hint }) => hint.key === normal)) await this.show();
  }

  /** @param {Hint} hint */
  #line(hint) {
    const shown = visible(hint.name);
    return element("li", {},
      element("span", { className: "name" }, path(hint.key), ` (${sizeText(hint.size)})`),
      element("div", { className: "actions" },
        button("Choose it again", () => this.#choose(hint), `Choose ${shown} again to go on`),
        button("Discard", () => attempt(async () => {
          if (this.queue.has(hint.key)) throw new Error(`This page has taken up the upload of ${hint.name} again. To discard it, cancel it in the list of uploads.`);
          await this.files.discard(hint);
          await this.show();
          if (hint.adopted) return offerRemoval(this.files, hint, hint.name);
          notice(["Discarded the upload of ", name(hint.name), " and what had arrived of it."]);
        }), `Discard the upload of ${shown}`),
      ));
  }

  /** @param {Hint} hint */
  #choose(hint) {
    const input = $("choose-again");
    input.value = "";
    input.onchange = () => {
      const [file] = input.files;
      if (file.name !== hint.name || file.size !== hint.size) {
        return complain(new Error(`That is another file. Choose ${hint.name} with ${sizeText(hint.size)}, or upload this one anew.`));
      }
      complain(null);
      this.queue.add([{ key: hint.key, file }]);
      this.draw();
    };
    input.click();
  }
}
