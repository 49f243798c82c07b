// Sizes, times and speeds as people read them.

const numbers = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const times = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const UNITS = ["B", "KB", "MB", "GB", "TB"];

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

/** @param {string} key @returns {string} its last segment */
export function nameOf(key) {
  return key.slice(key.lastIndexOf("/") + 1);
}
