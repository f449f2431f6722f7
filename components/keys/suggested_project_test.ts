import assert from "node:assert/strict";
import { projectNameFor, suggestionId } from "./suggestion_list.tsx";

const keys = [
  { id: "a", project: "" },
  { id: "b", project: "mine" },
  { id: "c", project: "project-1" },
];

Deno.test("projectNameFor() takes a member's own project, else the first free number", () => {
  assert.equal(projectNameFor(keys.slice(0, 2), keys), "mine");
  assert.equal(projectNameFor(keys.slice(0, 1), keys), "project-2");
});

Deno.test("suggestionId() does not depend on the order of the keys", () => {
  const row = { evidence: "", confidence: 1 };
  assert.equal(
    suggestionId({ ...row, credentials: ["b", "a"] }),
    suggestionId({ ...row, credentials: ["a", "b"] }),
  );
});
