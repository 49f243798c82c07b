// The one table of the page, which shows whatever view is chosen, a page at a
// time.

import { $, element, focusAgain } from "./dom.js";
import { attempt } from "./notices.js";

/** How many rows the first page has. */
const PAGE = 100;
/** The most that the API gives at once. */
const MOST = 1000;
/** Up to how many rows a list of which all is shown grows by itself: drawing more would keep the page busy while many files arrive. */
const GROWN = 2000;

/**
 * A view of the table.
 * @typedef {object} View
 * @property {string[]} columns headings; "#" before one marks numbers
 * @property {string} empty what to say when there is nothing
 * @property {(page: {next: string, limit: number, signal: AbortSignal}) => Promise<{entries: any[], next: string}>} load
 * @property {(entry: any) => HTMLTableRowElement} row
 */

export class Table {
  #next = "";
  #shown = 0;
  /** How many more rows somebody wants to see; a refresh that comes between shows them. */
  #asked = 0;
  #refreshing = false;
  #loading = new AbortController();
  /** @type {View | undefined} */
  #view;

  constructor() {
    $("more").onclick = () => attempt(() => this.#more());
  }

  /** Changes to a view and shows its first page. @param {View} view */
  async show(view) {
    this.#view = view;
    $("rows").replaceChildren();
    $("columns").replaceChildren(...view.columns.map((column) => heading(column)), heading(""));
    $("table").hidden = $("empty").hidden = $("more").hidden = true;
    $("loading").hidden = false;
    this.#shown = this.#asked = 0;
    await this.refresh();
  }

  /** Shows what has changed; as many rows as before, or all if all were shown, and the focus where it was. */
  async refresh() {
    const view = this.#view;
    if (!view) return;
    this.#loading.abort();
    const { signal } = (this.#loading = new AbortController());
    $("list").setAttribute("aria-busy", "true");
    this.#refreshing = true;
    const before = this.#shown;
    const asked = this.#asked;
    try {
      const complete = this.#shown > 0 && this.#shown < GROWN && this.#next === "";
      const wanted = Math.max(PAGE, this.#shown + (complete ? PAGE : asked));
      /** @type {any[]} */
      const all = [];
      let next = "";
      do {
        const page = await view.load({ next, limit: Math.min(MOST, wanted - all.length), signal });
        all.push(...page.entries);
        next = page.next;
      } while (next && all.length < wanted);
      signal.throwIfAborted(); // another view may have come while the answer was read
      keepFocus(() => {
        $("rows").replaceChildren();
        append(all.map(view.row));
      });
      this.#settle(next, view);
      if (asked > 0) focusFirst(/** @type {HTMLElement[]} */ ([...$("rows").children]).slice(before));
    } finally {
      if (!signal.aborted) {
        this.#refreshing = false;
        this.#asked = 0;
        $("loading").hidden = true;
        $("list").setAttribute("aria-busy", "false");
      }
    }
  }

  /** Shows as many rows again. */
  async #more() {
    const view = this.#view;
    if (!view) return;
    const limit = (this.#asked = Math.min(MOST, Math.max(PAGE, this.#shown)));
    if (this.#loading.signal.aborted) this.#loading = new AbortController(); // a row was dropped
    const { signal } = this.#loading;
    $("more").disabled = true; // a second click would show the same rows again
    try {
      if (this.#refreshing) return await this.refresh();
      const { entries, next } = await view.load({ next: this.#next, limit, signal });
      signal.throwIfAborted();
      const rows = entries.map(view.row);
      append(rows);
      this.#settle(next, view);
      focusFirst(rows);
    } finally {
      if (!signal.aborted) this.#asked = 0;
      $("more").disabled = false;
    }
  }

  /** @param {string} next @param {View} view */
  #settle(next, view) {
    this.#next = next;
    this.#shown = $("rows").childElementCount;
    $("table").hidden = this.#shown === 0;
    $("empty").hidden = this.#shown > 0;
    $("empty").textContent = view.empty;
    $("more").hidden = next === "";
  }

  /**
   * Takes a file's row out before the list knows. A list that is being loaded
   * may not know either, so it is not shown.
   * @param {string} key which the row has as data-key
   */
  drop(key) {
    this.#loading.abort();
    this.#refreshing = false;
    $("loading").hidden = true;
    $("list").setAttribute("aria-busy", "false");
    const row = rowOf(key);
    if (!row) return;
    const next = /** @type {HTMLElement | null} */ (row.nextElementSibling ?? row.previousElementSibling);
    const focused = row.contains(document.activeElement);
    row.remove();
    if (focused) (next?.querySelector("button, a") ?? $("heading")).focus();
    if (this.#view) this.#settle(this.#next, this.#view);
  }
}

/** @param {string} key @returns {HTMLElement | undefined} its row, where it is shown */
function rowOf(key) {
  return /** @type {HTMLElement[]} */ ([...$("rows").children]).find((row) => row.dataset.key === key);
}

/**
 * Gives the focus to a file that has come back, unless somebody is busy
 * elsewhere by now.
 * @param {string} key
 */
export function focusRow(key) {
  const now = document.activeElement;
  if (now !== document.body && !$("list").contains(now)) return;
  /** @type {HTMLElement | null | undefined} */ (rowOf(key)?.querySelector("button, a"))?.focus();
}

/** @param {string} column */
function heading(column) {
  const number = column.startsWith("#");
  const text = number ? column.slice(1) : column;
  const cell = element("th", { scope: "col", className: number ? "number" : "" });
  cell.append(text || element("span", { className: "visually-hidden", textContent: "Actions" }));
  return cell;
}

/**
 * Adds rows: folders behind the folders that are there, all else at the end. So
 * folders stand first, as far as the list has been read; the API gives both in
 * one order, of which a page is all that it reads.
 * @param {HTMLElement[]} rows
 */
function append(rows) {
  const folders = rows.filter((row) => row.dataset.folder !== undefined);
  const firstFile = $("rows").querySelector("tr:not([data-folder])");
  if (firstFile) firstFile.before(...folders);
  else $("rows").append(...folders);
  $("rows").append(...rows.filter((row) => row.dataset.folder === undefined));
}

/** Gives the focus to new rows, unless somebody is busy elsewhere. @param {HTMLElement[]} rows */
function focusFirst(rows) {
  const now = document.activeElement;
  if (now !== document.body && now !== $("more")) return;
  const first = rows.find((row) => row.dataset.folder === undefined) ?? rows[0];
  /** @type {HTMLElement | null | undefined} */ (first?.querySelector("button, a"))?.focus();
}

/** @param {() => void} change which replaces the rows */
function keepFocus(change) {
  const focused = document.activeElement;
  const inside = $("rows").contains(focused);
  change();
  if (inside) focusAgain(focused);
}
