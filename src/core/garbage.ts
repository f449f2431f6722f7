/** A smaller amount is collected in time by itself. */
const LARGE_BYTES = 262_144;
/** Amount of garbage from large objects that is worth a collection. */
const WORTH_BYTES = 8_388_608;

let left = 0;
let collect: (() => void) | undefined;

/**
 * Notes that something of this size was parsed or released: it leaves several times its size as garbage, which
 * the engine notices too late.
 */
export function noteGarbage(bytes: number): void {
  if (bytes < LARGE_BYTES) return;
  left += bytes;
  if (left < WORTH_BYTES) return;
  left = 0;
  collect?.();
}

/**
 * Calls `act` whenever there may be garbage that is worth a collection. It is called in the middle of other
 * work, so it must only set a flag.
 */
export function whenWorthCollecting(act: () => void): void {
  collect = act;
}
