// The page of the console: what bytepass.js offers, as elements. Text from
// outside reaches the page by textContent only.

import { Bytepass } from "./bytepass.js";

const files = new Bytepass();
const $ = (id) => document.getElementById(id);
const sizes = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const times = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
/** How many files travel at the same time. */
const PARALLEL = 3;

/** @param {string} tag @param {object} [properties] @param {...Node} children */
function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function button(text, label, onclick) {
  const made = element("button", { type: "button", textContent: text, onclick });
  made.setAttribute("aria-label", label);
  return made;
}

function sizeText(bytes) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let n = bytes;
  let unit = 0;
  for (; n >= 1000 && unit < units.length - 1; unit++) n /= 1000;
  return `${sizes.format(n)} ${units[unit]}`;
}

function say(text) {
  $("status").textContent = text;
}

function complain(error) {
  $("alert").textContent = error ? error.message : "";
  $("alert").hidden = !error;
}

/** Runs an action of the user and shows what goes wrong. */
async function attempt(action) {
  try {
    complain(null);
    await action();
  } catch (error) {
    complain(error);
  }
}

// The list.

let next = "";

async function showList() {
  $("list").setAttribute("aria-busy", "true");
  try {
    const page = await files.list();
    $("rows").replaceChildren(...page.files.map(row));
    next = page.next;
  } finally {
    $("loading").hidden = true;
    $("list").setAttribute("aria-busy", "false");
  }
  showState();
}

async function showMore() {
  const page = await files.list({ next });
  $("rows").append(...page.files.map(row));
  next = page.next;
  showState();
}

function showState() {
  const some = $("rows").childElementCount > 0;
  $("table").hidden = !some;
  $("empty").hidden = some;
  $("more").hidden = next === "";
}

function row(file) {
  const time = element("time", { dateTime: file.uploadedAt, textContent: times.format(new Date(file.uploadedAt)) });
  const line = element("tr", {},
    element("td", { textContent: file.key }),
    element("td", { className: "number", textContent: sizeText(file.size) }),
    element("td", {}, time),
    element("td", {}, element("div", { className: "actions" },
      button("Download", `Download ${file.key}`, () => attempt(() => download(file.key))),
      button("Delete", `Delete ${file.key}`, () => attempt(() => remove(file.key, line))),
    )));
  return line;
}

// The list's own URL may be too old by now, so a fresh one is asked for. The
// store answers with an attachment: the page stays where it is.
async function download(key) {
  const { url } = await files.get(key);
  element("a", { href: url, download: "", rel: "noreferrer" }).click();
}

// The list itself may take a moment to know of it.
async function remove(key, line) {
  await files.remove(key);
  line.remove();
  showState();
  say(`Deleted ${key}`);
  $("undo-text").textContent = `Deleted ${key}.`;
  $("undo").hidden = false;
  $("undo-button").onclick = () => attempt(async () => {
    $("undo").hidden = true;
    await files.arrived(await files.restore(key));
    await showList();
    say(`Restored ${key}`);
  });
}

// Uploads.

const waiting = [];
let travelling = 0;

function enqueue(list) {
  for (const file of list) waiting.push({ file, ...uploadItem(file) });
  startNext();
}

function startNext() {
  while (travelling < PARALLEL && waiting.length > 0) {
    const item = waiting.shift();
    if (item.cancel.signal.aborted) continue;
    travelling++;
    send(item).finally(() => {
      travelling--;
      startNext();
    });
  }
}

/** The line of one upload: its name, its state, a progress bar and a button. */
function uploadItem(file) {
  const cancel = new AbortController();
  const progress = element("progress", { max: 1, value: 0 });
  progress.setAttribute("aria-label", `Upload of ${file.name}`);
  const state = element("span", { className: "state", textContent: "Waiting" });
  const line = element("li", {}, element("span", { className: "name", textContent: file.name }));
  const stop = button("Cancel", `Cancel the upload of ${file.name}`, () => {
    cancel.abort();
    line.remove();
  });
  line.append(stop, progress, state);
  $("uploads").append(line);
  return { cancel, progress, state, line, stop };
}

async function send({ file, cancel, progress, state, line, stop }) {
  const { signal } = cancel;
  const key = file.webkitRelativePath || file.name;
  try {
    state.textContent = "Starting";
    const uploaded = await files.upload(key, file, {
      signal,
      onProgress: (sent, total) => {
        progress.value = total > 0 ? sent / total : 1;
        state.textContent = `${sizeText(sent)} of ${sizeText(total)}`;
      },
    });
    progress.value = 1;
    state.textContent = "Arriving in the list";
    await files.arrived(uploaded, { signal });
    await showList();
    line.remove();
    say(`Uploaded ${uploaded.key}`);
  } catch (error) {
    if (error.name === "AbortError") return;
    line.classList.add("failed");
    progress.hidden = true;
    state.textContent = error.message;
    stop.textContent = "Dismiss";
    stop.setAttribute("aria-label", `Dismiss the failed upload of ${file.name}`);
    say(`The upload of ${file.name} failed: ${error.message}`);
  }
}

$("choose").onchange = () => {
  enqueue($("choose").files);
  $("choose").value = "";
};
$("more").onclick = () => attempt(showMore);

// A file dropped beside the target would otherwise replace the page.
for (const type of ["dragover", "drop"]) {
  document.addEventListener(type, (event) => event.preventDefault());
}
document.addEventListener("dragover", () => $("drop").classList.add("over"));
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) $("drop").classList.remove("over");
});
document.addEventListener("drop", (event) => {
  $("drop").classList.remove("over");
  enqueue(event.dataTransfer.files);
});

attempt(showList);
