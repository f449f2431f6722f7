import assert from "node:assert/strict";
import { comparePatterns, filePattern, folderPrefixes } from "./route_table.ts";

Deno.test("filePattern() turns file names into patterns", () => {
  const cases: [string, string][] = [
    ["index.tsx", "/"],
    ["keys/index.tsx", "/keys"],
    ["keys/[id].tsx", "/keys/:id"],
    ["(admin)/users.ts", "/users"],
    ["docs/[...path].tsx", "/docs/:path{.+}"],
    ["docs/[[version]]/index.tsx", "/docs/:version?"],
  ];
  for (const [file, pattern] of cases) assert.equal(filePattern(file), pattern);
});

Deno.test("comparePatterns() puts fixed segments before parameters before catch-alls", () => {
  const sorted = ["/a/:rest{.+}", "/a/:id", "/a/new", "/a"].sort(comparePatterns);
  assert.deepEqual(sorted, ["/a", "/a/new", "/a/:id", "/a/:rest{.+}"]);
});

Deno.test("folderPrefixes() lists the folders from the outside in", () => {
  assert.deepEqual(folderPrefixes("a/b/c.tsx"), ["", "a/", "a/b/"]);
});
