// The page: what bytepass.js offers, as elements.

import { Bytepass } from "../bytepass.js";
import { Account, isLoginWindow, loginConfig } from "./account.js";
import { closeDialogs } from "./dialogs.js";
import { $ } from "./dom.js";
import { acceptDrops, chosen, unreadError } from "./drop.js";
import { Interrupted } from "./interrupted.js";
import { attempt, attemptByItself, complain, dismiss, watchConnection, watchNotice } from "./notices.js";
import { Queue } from "./queue.js";
import { routeOf, showRoute } from "./route.js";
import { prepareSignIn, token } from "./sign-in.js";
import { Table } from "./table.js";
import { UploadsPanel } from "./uploads.js";
import { folderView, rejectedView, trashView } from "./views.js";

/** How long the list waits for more news before it is asked again, in milliseconds. */
const NEWS = 150;
/** How many times as long as it took the last time it waits, so that a long list does not keep the page busy. */
const REST = 4;
/** The longest wait, in milliseconds. */
const LONGEST = 2000;

const login = await loginConfig();
const account = login && new Account(login, { isBusy, onChange: showLogin });
const files = new Bytepass(account ? { token: account.token, owner: account.owner } : { token });
const table = new Table();

function show() {
  const route = routeOf(location.hash);
  showRoute(route);
  const view = { files: () => folderView(files, table, route.prefix), trash: () => trashView(files, table), rejected: () => rejectedView(files) }[route.view]();
  complain(null); // it is of another view
  return attemptByItself(() => table.show(view));
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let news;
let took = 0;
function refreshSoon() {
  news ??= setTimeout(async () => {
    const start = performance.now();
    news = undefined;
    await attemptByItself(() => table.refresh());
    took = performance.now() - start;
  }, Math.min(LONGEST, Math.max(NEWS, REST * took)));
}

const panel = new UploadsPanel(() => queue);
const queue = new Queue(files, {
  onItem: (item) => panel.changed(item),
  onGone: (item) => {
    panel.gone(item);
    void interrupted.ended(item);
  },
  onArrived: (_, key) => {
    panel.arrived(key);
    refreshSoon();
  },
});

const interrupted = new Interrupted(files, queue);

/** @param {import("./drop.js").Found[]} found @param {string} prefix of the folder they go to */
function enqueue(found, prefix) {
  queue.add(found.map(({ file, path }) => ({ key: prefix + path, file })));
  interrupted.draw();
}

for (const input of [$("choose"), $("choose-folder")]) {
  const take = () => {
    enqueue(chosen(input.files), routeOf(location.hash).prefix);
    input.value = "";
  };
  input.onchange = take;
  if (input.files.length > 0) take(); // they were chosen before this module had run
}
// Only where one sees a folder is it clear where a file goes to.
const isOpen = () => routeOf(location.hash).view === "files" && !document.body.classList.contains("signed-out");
acceptDrops(isOpen, (dropped) => {
  const { prefix } = routeOf(location.hash); // another may be shown by the time folders have been read
  void attempt(async () => {
    const { found, unread } = await dropped;
    enqueue(found, prefix);
    if (unread.length > 0) throw unreadError(unread);
  });
});

for (const close of document.querySelectorAll("dialog [data-close]")) {
  close.addEventListener("click", () => close.closest("dialog")?.close());
}
prepareSignIn();
watchNotice();
watchConnection(refreshSoon);

addEventListener("hashchange", () => {
  closeDialogs();
  dismiss(); // what it offers to take back is no longer in sight
  void show();
  $("heading").focus();
});
/** @returns {boolean} leaving the page would lose uploads that are under way */
function isBusy() {
  return queue.count("travelling") + queue.count("waiting") > 0;
}
// The browser asks before it drops them.
addEventListener("beforeunload", (event) => {
  if (isBusy()) event.preventDefault();
});

function start() {
  void show();
  void attempt(() => interrupted.show());
}

/** @param {import("../login/session.js").State} state */
function showLogin(state) {
  panel.wait(state !== "in");
  if (state === "in") start();
  if (state === "out") leave();
}

/** Takes away what was somebody's. */
function leave() {
  $("rows").replaceChildren();
  closeDialogs({ all: true });
  document.title = "Bytepass";
}

if (isLoginWindow()) {
  // The tab that opened it goes on.
} else if (account) void account.start();
else start();
