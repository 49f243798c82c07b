// Which view the address names: "#/photos/" is a folder, "#trash" and
// "#rejected" are what they say.

import { $, element } from "./dom.js";
import { isolated, name } from "./names.js";

/** @typedef {{view: "files" | "trash" | "rejected", prefix: string}} Route prefix: "" or ending in a slash */

/** @param {string} hash @returns {Route} */
export function routeOf(hash) {
  if (hash === "#trash" || hash === "#rejected") return { view: hash === "#trash" ? "trash" : "rejected", prefix: "" };
  let path = hash.replace(/^#\/?/, "");
  try {
    path = path.split("/").map(decodeURIComponent).join("/");
  } catch {
    path = ""; // not made by us
  }
  return { view: "files", prefix: path && !path.endsWith("/") ? `${path}/` : path };
}

/** @param {string} prefix @returns {string} */
export function folderHash(prefix) {
  return `#/${prefix.split("/").map(encodeURIComponent).join("/")}`;
}

const TITLES = { files: "Files", trash: "Trash", rejected: "Refused uploads" };

/** Shows where one is: tab, heading and the way up. @param {Route} route */
export function showRoute({ view, prefix }) {
  for (const link of document.querySelectorAll("#views a")) {
    if (link.getAttribute("data-view") === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  $("heading").textContent = TITLES[view];
  document.title = `${prefix ? isolated(prefix.slice(0, -1)) : TITLES[view]} – Bytepass`;
  $("drop").hidden = view !== "files";
  const names = prefix.split("/").slice(0, -1);
  $("way").hidden = names.length === 0;
  const steps = names.map((segment, at) => step(segment, names.slice(0, at + 1).join("/") + "/", at === names.length - 1));
  $("steps").replaceChildren(step("All files", "", false), ...steps);
}

/** @param {string} text @param {string} prefix @param {boolean} here */
function step(text, prefix, here) {
  const link = element("a", { href: folderHash(prefix) }, name(text));
  if (here) link.setAttribute("aria-current", "location");
  return element("li", {}, link);
}
