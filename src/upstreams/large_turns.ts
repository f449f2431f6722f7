/** Who may go on with a large piece. */
interface Waiting {
  readonly who: object;
  readonly enter: () => void;
}

let last: object | undefined;
const waiting: Waiting[] = [];

/**
 * Has those who read large pieces take turns, one piece each time around the event loop, so that fifty replies that come as fast as
 * they can be read do not keep the small ones waiting for all of theirs. Undefined when `who` may go on at once, as anybody may who is alone.
 */
export function takeTurn(who: object): Promise<void> | undefined {
  if (last === undefined) {
    last = who;
    setTimeout(admit, 0);
    return undefined;
  }
  if (last === who) return undefined;
  return new Promise((enter) => waiting.push({ who, enter }));
}

function admit(): void {
  const next = waiting.shift();
  last = next?.who;
  if (next === undefined) return;
  setTimeout(admit, 0);
  next.enter();
}
