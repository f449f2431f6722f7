import type { KeyRow } from "../data/views.ts";
import { api } from "../live/browser_api.ts";

const WIDTH = 4;

/** Checks keys one by one, a few at a time, so that progress is real; returns how many work. */
export async function checkAll(keys: readonly KeyRow[], tell: (done: number) => void): Promise<number> {
  const waiting = [...keys];
  let [done, well] = [0, 0];
  const worker = async () => {
    for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) {
      if (await api.checkKey(key.id).then(({ ok }) => ok, () => false)) well++;
      tell(++done);
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, worker));
  return well;
}
