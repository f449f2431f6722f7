import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify as tomlText } from "smol-toml";
import { stringify as yamlText } from "yaml";
import type { FormatName } from "../contract.ts";
import { removeAt, setAt } from "../data.ts";
import { editText, parseText } from "../edit_text.ts";

const name = fc.oneof(
  fc.constantFrom("a", "b", "models", "gemini-2.5-flash", "x y", "ä.b"),
  fc.string({ minLength: 1, maxLength: 6 }),
);
const leaf = fc.oneof(
  fc.integer(),
  fc.boolean(),
  fc.string(),
  fc.array(fc.integer({ max: 9 }), { maxLength: 3 }),
);
const table = fc.dictionary(
  name,
  fc.oneof(
    leaf,
    fc.dictionary(name, fc.oneof(leaf, fc.dictionary(name, leaf, { maxKeys: 3 })), { maxKeys: 3 }),
  ),
  { maxKeys: 5 },
).map((value): Record<string, unknown> => structuredClone({ ...value }));

const WRITERS: readonly (readonly [FormatName, (data: Record<string, unknown>) => string])[] = [
  ["jsonc", (data) => `// head\n${JSON.stringify(data, null, 2)}\n// tail\n`],
  ["jsonc", (data) => JSON.stringify(data)],
  ["toml", (data) => `# head\n${tomlText(data)}\n# tail\n`],
  ["yaml", (data) => `# head\n${yamlText(data, { lineWidth: 0 })}# tail\n`],
];

for (const [index, [format, write]] of WRITERS.entries()) {
  Deno.test(`${format} text ${index}: an entry is put in and taken out again, and comments stay`, () => {
    fc.assert(
      fc.property(table, name, leaf, (data, key, value) => {
        const text = write(data);
        const before = parseText(format, "file", text);
        if (!before.ok || Object.hasOwn(data, "geminitro")) return;
        const path = ["geminitro", key];
        const wanted = setAt(structuredClone(before.value), path, value);
        const put = editText(format, "file", text, before.value, wanted);
        assert.ok(put.ok, `not put into ${JSON.stringify(text)}`);
        const gone = structuredClone(wanted);
        removeAt(gone, ["geminitro"]);
        const taken = editText(format, "file", put.value, wanted, gone);
        assert.ok(taken.ok, `not taken out of ${JSON.stringify(put.value)}`);
        for (const comment of text.match(/(?:#|\/\/) (?:head|tail)/g) ?? []) {
          assert.ok(put.value.includes(comment) && taken.value.includes(comment));
        }
      }),
      { numRuns: 200, seed: 7 },
    );
  });
}
