import assert from "node:assert/strict";
import { join } from "node:path";
import { takeUnitsOfTheDead, UnitsInHand } from "./units_in_hand.ts";

/** The files of a folder with units in hand, and their modes. */
function filesIn(folder: string): readonly [string, number][] {
  return [...Deno.readDirSync(folder)].map(({ name }) => [
    name,
    (Deno.statSync(join(folder, name)).mode ?? 0) & 0o777,
  ]);
}

Deno.test("UnitsInHand leaves to the next process what was in hand at the last moment, once, and of this database alone", async () => {
  const home = await Deno.makeTempDir();
  const file = join(home, "geminitro.db");
  const one = new UnitsInHand(file, "proc_1");
  const two = new UnitsInHand(file, "proc_2");
  const other = new UnitsInHand(join(home, "other.db"), "proc_3");
  one.set("cap a", 100);
  one.set("cap b", 7);
  for (let left = 99; left >= 3; left--) one.set("cap a", left);
  two.set("cap a", 4.9);
  two.set("cap b", -3);
  other.set("cap a", 50);
  assert.ok(filesIn(home).every(([, mode]) => mode === 0o600));
  const found = await takeUnitsOfTheDead(file);
  assert.deepEqual([...found].sort(), [["cap a", 7], ["cap b", 7]]);
  assert.equal((await takeUnitsOfTheDead(file)).size, 0);
  for (const each of [one, two, other]) each.close();
  assert.deepEqual(filesIn(home), []);
  await Deno.remove(home, { recursive: true });
});

Deno.test("UnitsInHand gives nothing back once it could not write, and what was torn is nothing", async () => {
  const home = await Deno.makeTempDir();
  const gone = new UnitsInHand(join(home, "missing", "geminitro.db"), "proc_1");
  gone.set("cap a", 5);
  gone.set("cap a", 4);
  gone.close();
  const file = join(home, "geminitro.db");
  await Deno.writeTextFile(`${file}.units-proc_2`, '{"cap a": 1');
  assert.equal((await takeUnitsOfTheDead(file)).size, 0);
  await Deno.remove(home, { recursive: true });
});

Deno.test("takeUnitsOfTheDead() leaves out what cannot be read, and gives back the rest", async () => {
  const home = await Deno.makeTempDir();
  const file = join(home, "geminitro.db");
  await Deno.mkdir(`${file}.units-proc_1`);
  await Deno.writeTextFile(`${file}.units-proc_2`, '{"cap a": 3}');
  assert.deepEqual([...await takeUnitsOfTheDead(file)], [["cap a", 3]]);
  assert.equal((await takeUnitsOfTheDead(join(home, "missing", "geminitro.db"))).size, 0);
  await Deno.remove(home, { recursive: true });
});
