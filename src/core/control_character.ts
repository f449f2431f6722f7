// deno-lint-ignore no-control-regex -- control characters are what is looked for
const CONTROL_REGEXP = /[\u0000-\u001f\u007f]/;

/**
 * True for a text with an ASCII control character: they are invisible, and some control a terminal or end a
 * line. No name may have one.
 */
export function hasControlCharacter(text: string): boolean {
  return CONTROL_REGEXP.test(text);
}
