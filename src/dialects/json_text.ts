/** Line breaks to Unicode and to some clients' line readers, which would tear a frame apart there. */
const BREAKS_REGEXP = /[\u0085\u2028\u2029]/;
const ALL_BREAKS_REGEXP = /[\u0085\u2028\u2029]/g;

/** A value as JSON that is one line to every reader. */
export function jsonText(value: unknown): string {
  const json = JSON.stringify(value);
  return BREAKS_REGEXP.test(json)
    ? json.replace(ALL_BREAKS_REGEXP, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`)
    : json;
}
