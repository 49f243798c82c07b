// Making and finding elements. Text from outside reaches the page by
// textContent only.

/** @param {string} id @returns {any} the element, which index.html has */
export const $ = (id) => document.getElementById(id);

/**
 * @param {string} tag
 * @param {Record<string, any>} [properties] "aria-…", "role" and "data-…" are set as attributes
 * @param {...(Node | string)} children
 * @returns {any}
 */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (/^(aria|data)-|^role$/.test(name)) made.setAttribute(name, value);
    else /** @type {any} */ (made)[name] = value;
  }
  made.append(...children);
  return made;
}

/** The icons' strokes, on a grid of 24. */
const PATHS = {
  download: "M12 4v11m-5-5 5 5 5-5M5 20h14",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4.2 4.2 0 0 0-6-6l-1 1m2 4a4 4 0 0 0-6 0l-3 3a4.2 4.2 0 0 0 6 6l1-1",
  history: "M4 12a8 8 0 1 0 2.5-5.8L4 8.5M4 4v4.5h4.5M12 8v4.5l3 2",
  trash: "M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13M10 11v5M14 11v5",
  folder: "M3 6h6l2 2.5h10V19H3z",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  pause: "M8 5v14M16 5v14",
  play: "M7 4.5v15l12-7.5z",
  close: "M6 6l12 12M18 6 6 18",
  again: "M20 12a8 8 0 1 1-2.5-5.8L20 8.500M20 4v4.5h-4.5",
};

/** @param {keyof typeof PATHS} name @returns {SVGElement} which a screen reader passes over */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/**
 * A button that shows an icon. Its label says what it does and to what; its
 * tooltip is the label's verb.
 * @param {keyof typeof PATHS} shape
 * @param {string} title
 * @param {string} label
 * @param {(event: MouseEvent) => void} onclick
 * @returns {HTMLButtonElement}
 */
export function iconButton(shape, title, label, onclick) {
  return element("button", { type: "button", className: "quiet", title, "aria-label": label, onclick }, icon(shape));
}

/**
 * Gives the focus back to an element, or to what stands in its place: the list
 * may have been drawn anew.
 * @param {Element | null} element
 */
export function focusAgain(element) {
  const label = element?.getAttribute("aria-label");
  const same = element?.isConnected ? element : [...$("rows").querySelectorAll("button, a")].find((other) => label && other.getAttribute("aria-label") === label);
  if (same) /** @type {HTMLElement} */ (same).focus();
  else $("heading").focus({ preventScroll: true });
}

/** @param {string} text @param {(event: MouseEvent) => void} onclick @param {string} [label] @returns {HTMLButtonElement} */
export function button(text, onclick, label = text) {
  return element("button", { type: "button", textContent: text, "aria-label": label, onclick });
}
