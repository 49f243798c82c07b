// Sizes, times and speeds as people read them.

import { visible } from "./names.js";

const numbers = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const times = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const days = new Intl.DateTimeFormat(undefined, { dateStyle: "short" });
const moments = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const UNITS = ["B", "KB", "MB", "GB", "TB"];

/** @param {number} n */
export function numberText(n) {
  return numbers.format(n);
}

/** @param {number} bytes */
export function sizeText(bytes) {
  let n = bytes;
  let unit = 0;
  for (; n >= 1000 && unit < UNITS.length - 1; unit++) n /= 1000;
  return `${numbers.format(n)} ${UNITS[unit]}`;
}

/** @param {string} rfc3339 */
export function timeText(rfc3339) {
  return times.format(new Date(rfc3339));
}

/** @param {string} rfc3339 */
export function dayText(rfc3339) {
  return days.format(new Date(rfc3339));
}

/** @param {string} rfc3339 @returns {string} to the second, for what may follow each other within a minute */
export function momentText(rfc3339) {
  return moments.format(new Date(rfc3339));
}

/** @param {number} seconds */
export function durationText(seconds) {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return `${numbers.format(seconds / 3600)} h`;
}

/** @param {number} sent @param {number} total @param {import("../client/upload.js").Pace} [pace] */
export function progressText(sent, total, pace) {
  const parts = [`${sizeText(sent)} of ${sizeText(total)}`];
  if (pace && Number.isFinite(pace.secondsLeft) && sent < total) {
    parts.push(`${sizeText(pace.speed)}/s`, `${durationText(pace.secondsLeft)} left`);
  }
  return parts.join(" · ");
}

/** The numbers of bytes in what the API says, "6 bytes arrived, at most 5 are allowed", and not in a name that it quotes. */
const AMOUNT = /"(?:[^"\\]|\\.)*"|\b(\d+)(?: bytes\b|(?= (?:are allowed|were declared)))/g;

/**
 * What the API says, which programs may quote, as a sentence of this page.
 * @param {string} [message]
 */
export function sentence(message = "") {
  if (!message) return "";
  const amounts = new Set([...message.matchAll(AMOUNT)].filter(([, digits]) => digits).map(([, digits]) => Number(digits)));
  // Two that are told apart by nothing but a few bytes are not rounded.
  const exact = new Set([...amounts].map(sizeText)).size < amounts.size;
  const text = visible(message.replace(AMOUNT, (found, digits) => {
    if (!digits) return found;
    return exact ? `${numbers.format(digits)} B` : sizeText(Number(digits));
  }));
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?…]$/.test(text) ? "" : ".");
}

/** @param {string} key @returns {string} its last segment */
export function nameOf(key) {
  return key.slice(key.lastIndexOf("/") + 1);
}
