// The page: what bytepass.js offers, as elements.

import { Bytepass } from "../bytepass.js";
import { $ } from "./dom.js";
import { acceptDrops, chosen } from "./drop.js";
import { Interrupted } from "./interrupted.js";
import { attempt, say, watchConnection } from "./notices.js";
import { Queue } from "./queue.js";
import { routeOf, showRoute } from "./route.js";
import { prepareSignIn, token } from "./sign-in.js";
import { Table } from "./table.js";
import { UploadsPanel } from "./uploads.js";
import { folderView, rejectedView, trashView } from "./views.js";

/** How long the list waits for more news before it is asked again, in milliseconds. */
const NEWS = 150;

const files = new Bytepass({ token });
const table = new Table();

function show() {
  const route = routeOf(location.hash);
  showRoute(route);
  const view = { files: () => folderView(files, table, route.prefix), trash: () => trashView(files, table), rejected: () => rejectedView(files) }[route.view]();
  return attempt(() => table.show(view));
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let news;
function refreshSoon() {
  news ??= setTimeout(() => {
    news = undefined;
    void attempt(() => table.refresh());
  }, NEWS);
}

const panel = new UploadsPanel(() => queue);
const queue = new Queue(files, {
  onItem: (item) => panel.changed(item),
  onGone: (item) => panel.gone(item),
  onArrived: (_, key) => {
    say(`Uploaded ${key}`);
    refreshSoon();
  },
});

/** @param {import("./drop.js").Found[]} found */
function enqueue(found) {
  const { prefix } = routeOf(location.hash);
  queue.add(found.map(({ file, path }) => ({ key: prefix + path, file })));
}

for (const input of [$("choose"), $("choose-folder")]) {
  input.onchange = () => {
    enqueue(chosen(input.files));
    input.value = "";
  };
}
acceptDrops((found) => attempt(async () => enqueue(await found)));

for (const close of document.querySelectorAll("dialog [data-close]")) {
  close.addEventListener("click", () => close.closest("dialog")?.close());
}
prepareSignIn();
watchConnection(refreshSoon);

addEventListener("hashchange", () => {
  void show();
  $("heading").focus();
});
// The browser asks before it drops uploads that are under way.
addEventListener("beforeunload", (event) => {
  if (queue.items.some((item) => item.state !== "failed")) event.preventDefault();
});

void show();
void attempt(() => new Interrupted(files, (key, file) => queue.add([{ key, file }])).show());
