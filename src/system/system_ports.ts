import type { Clock, NewId, Ports } from "../core/mod.ts";

/** The machine's own ports. */
export function systemPorts(): Ports {
  return {
    clock: systemClock,
    random: Math.random,
    newId: createNewId(),
    fetch: (input, init) => fetch(input, init),
  };
}

/** Corrections up to this are applied at once, in milliseconds: time servers make small ones all the time. */
const SMALL = 2_000;
/** A larger correction is applied at once: the clock was plainly wrong, and dates matter then. */
const LARGE = 24 * 3_600_000;
/** How long a reading of the steady clock is valid. */
const LOOK_MS = 100;
/** After the clock was set back, ours runs slower by this share until both agree. */
const SLOWED = 0.1;

/** Wall-clock time; timers of more than 24.8 days are set in steps, as the platform's own overflow. */
export const systemClock: Clock = createSystemClock(() => Date.now(), () => performance.now());

/**
 * A clock that follows the wall clock but never goes back: after a correction backwards it runs a tenth slower until both
 * agree, so that a minute's wait does not become hours. `steady` counts milliseconds monotonically.
 */
export function createSystemClock(wall: () => number, steady: () => number): Clock {
  let lastWall = wall();
  let lastSteady = steady();
  let ahead = 0;

  function now(): number {
    const atWall = wall();
    // Reading the steady clock costs several times as much as the wall's; shortly after the last reading nothing has
    // changed.
    if (ahead === 0 && atWall >= lastWall && atWall - lastWall < LOOK_MS) return atWall;
    const atSteady = steady();
    const passed = Math.max(0, atSteady - lastSteady);
    const set = atWall - lastWall - passed;
    lastWall = atWall;
    lastSteady = atSteady;
    if (Math.abs(set) > SMALL) ahead = Math.max(0, ahead - set);
    if (ahead === 0) return atWall;
    ahead = ahead > LARGE ? 0 : Math.max(0, ahead - passed * SLOWED);
    return Math.round(atWall + ahead);
  }

  return { now, after };
}

function after(ms: number, task: () => void): () => void {
  const LONGEST = 2 ** 31 - 1;
  let timer: ReturnType<typeof setTimeout>;
  const arm = (left: number) => {
    timer = left > LONGEST
      ? setTimeout(() => arm(left - LONGEST), LONGEST)
      : setTimeout(task, Math.max(0, left));
  };
  arm(ms);
  return () => clearTimeout(timer);
}

const ALPHABET = new TextEncoder().encode("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
/** 22 characters of 62 hold 130 bits. */
const LENGTH = 22;
/** The largest multiple of 62 in a byte: bytes at or above it would favour the first letters. */
const FAIR = 248;

/** Names from the system's own randomness, drawn in bulk. */
export function createNewId(): NewId {
  const bytes = new Uint8Array(4096);
  let letters = "";
  let at = 0;
  return (prefix) => {
    if (at + LENGTH > letters.length) {
      letters = drawn(bytes);
      at = 0;
    }
    at += LENGTH;
    return prefix + letters.slice(at - LENGTH, at);
  };
}

const decoder = new TextDecoder();

/** As many letters as the bytes give, in one text: putting an id together letter by letter takes ten times as long. */
function drawn(bytes: Uint8Array<ArrayBuffer>): string {
  crypto.getRandomValues(bytes);
  let count = 0;
  for (const byte of bytes) if (byte < FAIR) bytes[count++] = ALPHABET[byte % ALPHABET.length]!;
  return decoder.decode(bytes.subarray(0, count));
}
