import type { KeyRow } from "../data/views.ts";
import { keyName } from "../format.ts";
import { messageOf } from "../live/browser_api.ts";

const WIDTH = 4;

/** What became of a change to many keys. */
export interface Outcome {
  readonly done: number;
  /** "name: why", for each that could not be changed. */
  readonly failed: readonly string[];
}

/** Runs a change on many keys, a few at a time, so that progress is real; one that fails does not stop the others. */
export async function onEach(
  keys: readonly KeyRow[],
  task: (key: KeyRow) => Promise<unknown>,
  tell: (done: number) => void,
): Promise<Outcome> {
  const waiting = [...keys];
  const failed: string[] = [];
  let done = 0;
  const worker = async () => {
    for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) {
      try {
        await task(key);
      } catch (error) {
        failed.push(`${keyName(key)}: ${messageOf(error)}`);
      }
      tell(++done);
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, worker));
  return { done: keys.length - failed.length, failed };
}
