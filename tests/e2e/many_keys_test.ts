import assert from "node:assert/strict";
import { CliHome, KEYS } from "../cli/cli_process.ts";

Deno.test("all dead keys are removed by one command, and put back by another; the good ones are listed", async () => {
  await using cli = await CliHome.open();
  for (const key of KEYS.slice(0, 4)) await cli.good(["key", "add", key]);
  for (const key of KEYS.slice(0, 3)) cli.simulator.control.key(key, "invalid");
  await cli.run(["key", "check"]);
  const ids = async (status: string) =>
    (await cli.json<readonly { readonly id: string }[]>(["key", "list", "--status", status])).map(({ id }) =>
      id
    );
  const dead = await ids("dead");
  assert.equal(dead.length, 3);
  assert.equal((await ids("active")).length, 1);
  assert.equal((await cli.run(["key", "remove"])).code, 2);
  const said = await cli.good(["key", "remove", "--dead"]);
  assert.deepEqual(await ids("dead"), []);
  assert.equal((await ids("active")).length, 1);
  const undo = /key undo (undo_.+)$/m.exec(said)?.[1]?.trim().split(" ") ?? [];
  await cli.good(["key", "undo", ...undo]);
  assert.deepEqual((await ids("dead")).toSorted(), dead.toSorted());
  assert.match(await cli.good(["key", "remove", "--dead"]), /Removed/);
  assert.match(await cli.good(["key", "remove", "--dead"]), /No key is dead/);
});
