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

export class Interrupted {
  /** @param {Bytepass} files @param {(key: string, file: File) => void} goOn */
  constructor(files, goOn) {
    this.files = files;
    this.goOn = goOn;
  }

  async show() {
    const hints = await this.files.interrupted();
    $("interrupted").hidden = hints.length === 0;
    $("interrupted-list").replaceChildren(...hints.map((hint) => this.#line(hint)));
  }

  /** @param {Hint} hint */
  #line(hint) {
    const shown = visible(hint.name);
    const line = element("li", {},
      element("span", { className: "name" }, path(hint.key), ` (${sizeText(hint.size)})`),
      element("div", { className: "actions" },
        button("Choose it again", () => this.#choose(hint, line), `Choose ${shown} again to go on`),
        button("Discard", () => attempt(async () => {
          await this.files.discard(hint);
          await this.show();
          if (hint.adopted) return offerRemoval(this.files, hint, hint.name);
          notice(["Discarded the upload of ", name(hint.name), " and what had arrived of it."]);
        }), `Discard the upload of ${shown}`),
      ));
    return line;
  }

  /** @param {Hint} hint @param {HTMLElement} line */
  #choose(hint, line) {
    const input = $("choose-again");
    input.value = "";
    input.onchange = () => {
      const [file] = input.files;
      if (file.name !== hint.name || file.size !== hint.size) {
        return complain(new Error(`That is another file. Choose ${hint.name} with ${sizeText(hint.size)}, or upload this one anew.`));
      }
      complain(null);
      line.remove();
      $("interrupted").hidden = $("interrupted-list").childElementCount === 0;
      this.goOn(hint.key, file);
    };
    input.click();
  }
}
