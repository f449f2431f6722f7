const WHOLE = new Intl.NumberFormat("en");
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** 12,345 -> "12.3K"; numbers below 10,000 stay whole. */
export function shortNumber(value: number): string {
  return Math.abs(value) < 10_000 ? WHOLE.format(Math.round(value * 10) / 10) : SHORT.format(value);
}

export function wholeNumber(value: number): string {
  return WHOLE.format(Math.round(value));
}

/** 0.0123 -> "$0.01"; less than a cent is shown as such. */
export function money(dollars: number): string {
  if (dollars > 0 && dollars < 0.01) return "< $0.01";
  return `$${dollars < 1_000 ? dollars.toFixed(2) : shortNumber(dollars)}`;
}

/** 0.987 -> "98.7 %"; never "100 %" unless it is. */
export function percent(share: number): string {
  const value = share * 100;
  const rounded = value > 99.9 && value < 100 ? 99.9 : Math.round(value * 10) / 10;
  return `${Number.isInteger(rounded) ? rounded : rounded.toFixed(1)} %`;
}

/** The two largest units: "2 d 3 h", "3 h 12 min", "4 min 05 s", "850 ms". */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${ms < 10_000 ? Math.round(ms / 100) / 10 : Math.round(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  const [days, hours, minutes] = [
    Math.floor(seconds / 86400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  return hours > 0
    ? `${hours} h ${minutes} min`
    : `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/** A countdown in whole seconds, which does not jump between units of different precision. */
export function countdown(ms: number): string {
  return ms < 60_000 ? `${Math.max(0, Math.ceil(ms / 1000))} s` : duration(ms);
}

/** "just now", "12 s ago", "3 h ago". */
export function ago(at: number, now: number): string {
  const ms = now - at;
  if (ms < 5_000) return "just now";
  if (ms < 60_000) return `${Math.round(ms / 1000)} s ago`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min ago`;
  return ms < 86_400_000 ? `${Math.round(ms / 3_600_000)} h ago` : `${Math.round(ms / 86_400_000)} d ago`;
}

/**
 * English words with the reader's clock: "13:04" or "1:04 PM". The server, which does not know the reader, uses 24
 * hours.
 */
export const CLOCK_LOCALE = typeof document !== "undefined" &&
    new Intl.DateTimeFormat([], { hour: "numeric" }).resolvedOptions().hour12
  ? "en-US"
  : "en-GB";
/** The hour in that clock: "7:04 AM", but "07:04". */
export const CLOCK_HOUR = CLOCK_LOCALE === "en-US" ? "numeric" : "2-digit";

/** 13:04:09 in the reader's zone and clock. */
export function clockTime(at: number): string {
  return new Date(at).toLocaleTimeString(CLOCK_LOCALE);
}

/** A coming time with what is left of it: "09:00 (1 h 44 min)", the weekday first when it is not today; in the reader's zone and form. */
export function untilTime(at: number, now: number): string {
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
  const day = sameDay ? {} : { weekday: "short" } as const;
  const time = new Date(at).toLocaleTimeString(CLOCK_LOCALE, { ...day, hour: CLOCK_HOUR, minute: "2-digit" });
  return `${time} (${countdown(Math.max(0, at - now))})`;
}

/** "24 Nov, 13:04" in the reader's zone and clock. */
export function dateTime(at: number): string {
  return new Date(at).toLocaleString(CLOCK_LOCALE, {
    day: "numeric",
    month: "short",
    hour: CLOCK_HOUR,
    minute: "2-digit",
  });
}

/** 154 -> "154 B", 104857600 -> "100 MB" (of 1,024 each). */
export function byteSize(bytes: number): string {
  const units = ["B", "KB", "MB", "GB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  return `${shortNumber(bytes / 1024 ** power)} ${units[power]}`;
}

export function plural(count: number, one: string, many: string): string {
  return `${wholeNumber(count)} ${count === 1 ? one : many}`;
}

/** "a", "a and b", "a, b and c"; of more than `most` the first, and how many more. */
export function listed(names: readonly string[], most: number): string {
  const shown = names.length <= most
    ? names
    : [...names.slice(0, most - 1), `${names.length - most + 1} more`];
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

/** The name of a key: its label, else its e-mail, else its tail. */
export function keyName(
  key: { readonly label: string; readonly email: string; readonly tail: string },
): string {
  return key.label || key.email || tailText(key.tail);
}

export function tailText(tail: string): string {
  return tail === "" || tail.includes("@") || tail.startsWith("...") ? tail.replace("...", "…") : `…${tail}`;
}

/** The name of a key in a record: its label or else its tail. */
export function recordedKey(name: string): string {
  return name.replace(/^\.\.\./, "…");
}
