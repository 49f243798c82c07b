// Names as they are drawn. What a name holds may neither change the order in
// which it, or what stands beside it, is read, nor be there unseen:
// https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing

import { element } from "./dom.js";

/** The scripts that spell with joiners. */
const JOINING = ["Arab", "Syrc", "Nkoo", "Mand", "Mong", "Adlm", "Rohg", "Phag", "Deva", "Beng", "Guru", "Gujr", "Orya", "Taml", "Telu", "Knda",
  "Mlym", "Sinh", "Khmr", "Mymr", "Tibt"].map((script) => `\\p{scx=${script}}`).join("");

/** What shows nothing of itself, and yet is part of what is seen before and after it. */
const NEEDED = [
  `(?<=[${JOINING}])[\\u200C\\u200D]`,
  "(?<=[\\p{ExtPict}\\p{EMod}\\uFE0F])\\u200D(?=\\p{ExtPict})", // one emoji of several
  "(?<=\\p{ExtPict})[\\uFE0E\\uFE0F]|(?<=[0-9#*])\\uFE0F(?=\\u20E3)", // an emoji in colour or not, and a key
  "(?<=\\u{1F3F4})[\\u{E0030}-\\u{E0039}\\u{E0061}-\\u{E007A}]+\\u{E007F}", // the flag of a region
  "(?<=\\p{sc=Han})[\\u{E0100}-\\u{E01EF}]|(?<=\\p{sc=Mong})[\\u180B-\\u180D]", // a form of the character
].join("|");

/** What shows nothing of itself: controls, separators of lines, directions, joiners, fillers. */
const UNSEEN = new RegExp(`(${NEEDED})|[\\p{Cc}\\p{Zl}\\p{Zp}\\p{DI}]`, "gu");

/**
 * Makes seen what hides in a text: U+202E becomes ⟨U+202E⟩. For labels, which
 * are heard; on the page a name is drawn by name or path.
 * @param {string} text
 * @returns {string}
 */
export function visible(text) {
  return text.replace(UNSEEN, (char, needed) => needed ?? `⟨U+${char.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}⟩`);
}

/** @param {string} text @returns {HTMLElement} it in its own direction, whatever stands around it */
export function name(text) {
  return element("bdi", {}, visible(text));
}

/** @param {string} key @returns {HTMLElement} its segments from left to right, each in its own direction */
export function path(key) {
  const parts = key.split("/").flatMap((segment, at) => (at > 0 ? ["/", name(segment)] : [name(segment)]));
  return element("bdi", { dir: "ltr" }, ...parts);
}

/** @param {string} text @returns {string} it in its own direction where there are no elements, as in a title */
export function isolated(text) {
  return `\u2068${visible(text)}\u2069`;
}
