/** Colours of a terminal; without colour every function gives its text back. */
export interface Style {
  readonly colour: boolean;
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

export function createStyle(colour: boolean): Style {
  const paint = (open: number, close: number) => (text: string) =>
    colour ? `\x1b[${open}m${text}\x1b[${close}m` : text;
  return {
    colour,
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
  };
}

/** Gives every text back as it is. */
export const PLAIN_STYLE: Style = createStyle(false);

const BAR_CELLS = 20;

/**
 * A percentage of a limit as a bar with its number: green, yellow from the alert threshold on, red when it is
 * used up.
 */
export function bar(percentage: number, alertThreshold: number, style: Style): string {
  const filled = Math.max(0, Math.min(BAR_CELLS, Math.round(percentage / 100 * BAR_CELLS)));
  const paint = percentage >= 100 ? style.red : percentage >= alertThreshold ? style.yellow : style.green;
  const number = `${Math.round(percentage)}%`.padStart(4);
  return `${paint("█".repeat(filled))}${style.dim("░".repeat(BAR_CELLS - filled))} ${number}`;
}

/** `1 key`, `2 keys`. */
export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** Fewest characters of a short id. */
const LEAST_ID_LENGTH = 6;

/** Shortens each id to the shortest beginning, without its prefix, that is unique in the list. */
export function shortIds(ids: readonly string[]): ReadonlyMap<string, string> {
  const bare = ids.map((id) => id.slice(id.indexOf("_") + 1));
  for (let length = LEAST_ID_LENGTH;; length++) {
    const short = bare.map((id) => id.slice(0, length));
    if (new Set(short).size === new Set(bare).size) {
      return new Map(ids.map((id, index) => [id, short[index]!]));
    }
  }
}

/** The banner shown at a start in a terminal. */
export function splash(version: string, style: Style): readonly string[] {
  return [
    "",
    `   ${style.cyan("◆")} ${style.bold("GemiNitro")} ${style.dim(version)}`,
    `   ${style.dim("many keys, one calm pool")}`,
    "",
  ];
}
