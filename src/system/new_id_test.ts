import assert from "node:assert/strict";
import { createNewId } from "./mod.ts";

Deno.test("createNewId() makes prefixed names that never repeat", () => {
  const newId = createNewId();
  const ids = Array.from({ length: 20_000 }, () => newId("call_"));
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^call_[A-Za-z0-9]{22}$/);
});
