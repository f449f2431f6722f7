/** Unicode line breaks, at which some clients' line readers would split a frame. */
const BREAKS_REGEXP = /[\u0085\u2028\u2029]/;
const ALL_BREAKS_REGEXP = /[\u0085\u2028\u2029]/g;

/** A value as JSON without any character that a reader may take for a line break. */
export function jsonText(value: unknown): string {
  const json = JSON.stringify(value);
  return BREAKS_REGEXP.test(json)
    ? json.replace(ALL_BREAKS_REGEXP, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`)
    : json;
}
