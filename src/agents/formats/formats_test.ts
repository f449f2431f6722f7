import assert from "node:assert/strict";
import type { DataPath, FormatName } from "../contract.ts";
import { editText, parseText } from "../edit_text.ts";
import { removeAt, setAt, valueAt } from "../data.ts";

function edited(format: FormatName, text: string, edit: (data: unknown) => unknown): string | undefined {
  const current = parseText(format, "file", text);
  assert.ok(current.ok, JSON.stringify(current));
  const outcome = editText(format, "file", text, current.value, edit(structuredClone(current.value)));
  return outcome.ok ? outcome.value : undefined;
}

function set(format: FormatName, text: string, path: DataPath, value: unknown): string | undefined {
  return edited(format, text, (data) => setAt(data, path, value));
}

function remove(format: FormatName, text: string, path: DataPath): string | undefined {
  return edited(format, text, (data) => {
    assert.notEqual(valueAt(data, path), undefined);
    removeAt(data, path);
    return data;
  });
}

Deno.test("JSONC: set() keeps line ends, byte order mark, trailing commas and the comments where they stand", () => {
  assert.equal(
    set("jsonc", '\uFEFF{\r\n\t"a": 1\r\n}\r\n', ["b"], 2),
    '\uFEFF{\r\n\t"a": 1,\r\n\t"b": 2\r\n}\r\n',
  );
  assert.equal(
    set("jsonc", '{\n  "a": 1, // one\n}\n', ["b"], true),
    '{\n  "a": 1, // one\n  "b": true,\n}\n',
  );
  assert.equal(set("jsonc", '{\n  "a": 1 /* , */\n}', ["b"], null), '{\n  "a": 1, /* , */\n  "b": null\n}');
  assert.equal(
    set("jsonc", "// only a comment\n{}", ["a", "b"], "x"),
    '// only a comment\n{\n  "a": {\n    "b": "x"\n  }\n}',
  );
  assert.equal(set("jsonc", '{"a":[1,2]}', ["a", 2], 3), '{"a":[1,2, 3]}');
  assert.equal(set("jsonc", '{"a": {"b": "c"} }', ["a", "b"], "d"), '{"a": {"b": "d"} }');
  assert.equal(set("jsonc", "", ["a"], 1), '{\n  "a": 1\n}\n');
});

Deno.test("JSONC: remove() takes the comma and the lines along, and no comment", () => {
  assert.equal(remove("jsonc", '{\n  "a": 1, // one\n  "b": 2\n}\n', ["b"]), '{\n  "a": 1 // one\n}\n');
  assert.equal(
    remove("jsonc", '{\n  "a": 1,\n  // two\n  "b": 2,\n}\n', ["b"]),
    '{\n  "a": 1,\n  // two\n}\n',
  );
  assert.equal(remove("jsonc", '{ "a": 1, "b": 2 }', ["a"]), '{ "b": 2 }');
  assert.equal(remove("jsonc", '{ "a": 1, "b": 2 }', ["b"]), '{ "a": 1 }');
  assert.equal(remove("jsonc", '{\n  "a": [\n    1\n  ]\n}', ["a", 0]), '{\n  "a": []\n}');
});

Deno.test("JSONC: an edit that would not come out exactly is refused", () => {
  assert.equal(
    set("jsonc", '{"a": 1}', ["a", "b"], 2),
    '{"a": {"b":2}}'.replace('{"b":2}', '{\n  "b": 2\n}'),
  );
  assert.equal(
    set("jsonc", '{"a": {"x": 1}, "a": {"y": 2}}', ["a", "z"], 3),
    '{"a": {"x": 1}, "a": {"y": 2, "z": 3}}',
  );
});

Deno.test("TOML: set() writes root keys before the first table and new tables at the end", () => {
  const text = 'a = 1 # one\n\n[t]\nx = """\n[no.header]\n""" # end\n';
  assert.equal(
    set("toml", text, ["b"], "two"),
    'a = 1 # one\nb = "two"\n\n[t]\nx = """\n[no.header]\n""" # end\n',
  );
  assert.equal(set("toml", text, ["t", "y"], [1, 2]), text + "y = [1, 2]\n");
  assert.equal(
    set("toml", text, ["u", "gemini-2.5 x"], { on: true }),
    `${text}\n[u."gemini-2.5 x"]\non = true\n`,
  );
  assert.equal(set("toml", "[t]\r\nx = 1", ["a"], "b"), 'a = "b"\r\n\r\n[t]\r\nx = 1');
  assert.equal(set("toml", "x = [ # list\n  1, # ]\n]\n", ["x"], [2]), "x = [2]\n");
});

Deno.test("TOML: remove() takes a table's own lines, or refuses", () => {
  const text = "[a]\nx = 1\n\n# about b\n[b]\ny = 2 # two\n\n[c]\nz = 3\n";
  assert.equal(remove("toml", text, ["b"]), "[a]\nx = 1\n\n# about b\n\n[c]\nz = 3\n");
  assert.equal(remove("toml", "[a]\nx = 1\n\n[a.b]\ny = 2\n", ["a", "b"]), "[a]\nx = 1\n");
  assert.equal(remove("toml", "p = { x = 1, y = 2 }\n", ["p", "x"]), undefined);
  assert.equal(set("toml", "p = { x = 1 }\n", ["p", "y"], 2), undefined);
});

Deno.test("YAML: set() adds to block and flow lists in their own indentation", () => {
  assert.equal(
    set("yaml", "a:\n    - 1 # one\n# tail\nb: 2\n", ["a", 1], "x"),
    "a:\n    - 1 # one\n    - x\n# tail\nb: 2\n",
  );
  assert.equal(set("yaml", "a: [1, 2] # two\n", ["a", 2], { k: "v" }), 'a: [1, 2, {"k":"v"}] # two\n');
  assert.equal(set("yaml", "a: [] # none\n", ["a", 0], "x"), 'a: ["x"] # none\n');
  assert.equal(set("yaml", "a: # none yet\nb: 1\n", ["a", 0], "x"), "a: # none yet\n  - x\nb: 1\n");
  assert.equal(set("yaml", "# only\n", ["a"], true), "# only\na: true\n");
  assert.equal(set("yaml", "a: 'x'   # why\nb: |\n  text\n", ["a"], "y z"), "a: y z   # why\nb: |\n  text\n");
  assert.equal(set("yaml", "b: |\n  text\n", ["c"], 1), "b: |\n  text\nc: 1\n");
});

Deno.test("YAML: remove() takes an entry's lines and leaves the comments around it", () => {
  const text = "m:\n  - n: 1\n    o: 2\n  # between\n  - n: 3\n# tail\nz: 1\n";
  assert.equal(remove("yaml", text, ["m", 1]), "m:\n  - n: 1\n    o: 2\n  # between\n# tail\nz: 1\n");
  assert.equal(remove("yaml", text, ["z"]), text.replace("z: 1\n", ""));
  assert.equal(remove("yaml", "a: {x: 1, y: 2}\n", ["a", "x"]), "a: {y: 2}\n");
  assert.equal(remove("yaml", "a: [1, 2, ] # two\n", ["a", 1]), "a: [1, ] # two\n");
  assert.equal(remove("yaml", "- a: 1\n  b: 2\n", [0, "a"]), undefined);
});

Deno.test(".env: lines are replaced in place, all others are kept", () => {
  const text = "# keys\nexport A=1\r\nnot a line\nB='two words' # why\n";
  assert.deepEqual(parseText("env", "file", text), { ok: true, value: { A: "1", B: "two words" } });
  assert.equal(set("env", "A=1\n# end", ["C"], "x y"), 'A=1\n# end\nC="x y"\n');
  assert.equal(set("env", "A=1\nB=2\n", ["A"], "3"), "A=3\nB=2\n");
  assert.equal(remove("env", text, ["B"]), "# keys\nexport A=1\r\nnot a line\n");
});

Deno.test("marked block: it is replaced and taken out whole", () => {
  const put = set("block", "echo hi\n", ["block"], "one\ntwo")!;
  assert.equal(put, "echo hi\n\n# >>> geminitro >>>\none\ntwo\n# <<< geminitro <<<\n");
  assert.equal(
    set("block", `${put}after\n`, ["block"], "three"),
    "echo hi\n\n# >>> geminitro >>>\nthree\n# <<< geminitro <<<\nafter\n",
  );
  assert.equal(remove("block", `${put}after\n`, ["block"]), "echo hi\nafter\n");
});
