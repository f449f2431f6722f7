const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** How long in words: `40 s`, `12 min`, `1 h 44 min`, `2 d 3 h`. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** When to come back: `in 40 s`, or `at 09:00, in 1 h 44 min`. */
export function backText(until: number, now: number): string {
  return untilText(until, now).replace(/^for /, "in ").replace(/^until /, "at ");
}

/** A future time in words, in the machine's time zone: `until 09:00, in 1 h 44 min`; within a minute only how long. */
export function untilText(until: number, now: number): string {
  const left = until - now;
  if (left < MINUTE_MS) return `for ${durationText(left)}`;
  const at = new Date(until);
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  const sameDay = at.toDateString() === new Date(now).toDateString() || left < 12 * HOUR_MS;
  const day = sameDay ? "" : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} `;
  return `until ${day}${time}, in ${durationText(left)}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
