/** docs/dialects.md lists every route with its methods and dialect, and none that is not there. */
import assert from "node:assert/strict";
import { COLLECTIONS } from "../../src/http/proxy/resources/names.ts";
import { ROUTES } from "../../src/http/proxy/routes.ts";

const text = await Deno.readTextFile(new URL("../../docs/dialects.md", import.meta.url));

Deno.test("docs/dialects.md has one row for each route and method, in its dialect", () => {
  const routed = ROUTES.flatMap(({ methods, path, dialect }) => {
    const shown = path.replace(/\{[^}]*\}/g, "").replace(/:(\w+)/g, "{$1}");
    const name = typeof dialect === "object"
      ? dialect.name
      : dialect === "gemini"
      ? "native_gemini"
      : dialect;
    return methods.map((method) => `${method} ${shown} ${name}`);
  });
  const rows = [...text.matchAll(/^\| `(\/\S+)` +\| ([A-Z, ]+?) +\| (\w+) +\| .+ \|$/gm)];
  const written = rows.flatMap(([, path, methods, dialect]) =>
    methods!.split(", ").map((method) => `${method} ${path} ${dialect}`)
  );
  assert.deepEqual([...written].sort(), [...routed].sort());
});

Deno.test("docs/dialects.md names every collection that is known by name", () => {
  assert.deepEqual(COLLECTIONS.filter((name) => !text.includes(`\`${name}\``)), []);
});
