const UNITS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 0.001,
  ns: 0.000_001,
};
const PART_REGEXP = /(\d+(?:\.\d+)?)(ms|us|ns|h|m|s)/gy;
const DURATION_REGEXP = /^(?:\d+(?:\.\d+)?(?:ms|us|ns|h|m|s))+$/;
/** "Please retry in 48.9s", "reset after 1h43m56s", "Resets in 71h15m27s". */
const IN_MESSAGE_REGEXP = /(?:retry in|reset after|resets in)\s+((?:\d+(?:\.\d+)?(?:ms|us|ns|h|m|s))+)/i;

/** Milliseconds of a protobuf or Go duration such as `34.4s`, `161h39m41.3s` or `479.417207ms`, rounded up; undefined for other texts. */
export function parseGoogleDuration(text: string): number | undefined {
  if (!DURATION_REGEXP.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(PART_REGEXP)) total += Number(amount) * UNITS[unit!]!;
  return Math.ceil(total);
}

/** The delay in milliseconds that an error message states in words; undefined when it states none. */
export function delayInMessage(message: string): number | undefined {
  const found = IN_MESSAGE_REGEXP.exec(message)?.[1];
  return found === undefined ? undefined : parseGoogleDuration(found);
}
