/** A smaller amount is collected in time by itself. */
const LARGE_BYTES = 262_144;
/** How much garbage of large things is worth a look. */
const WORTH_BYTES = 8_388_608;

let left = 0;
let collect: (() => void) | undefined;

/** Notes that something of this size was parsed or let go of: it leaves several times its size behind, of which the engine knows too late. */
export function noteGarbage(bytes: number): void {
  if (bytes < LARGE_BYTES) return;
  left += bytes;
  if (left < WORTH_BYTES) return;
  left = 0;
  collect?.();
}

/** Calls `act` whenever there may be garbage that is worth a collection. The call comes out of the middle of things, so that it must only make a note. */
export function whenWorthCollecting(act: () => void): void {
  collect = act;
}
