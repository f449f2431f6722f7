import fc from "fast-check";
import assert from "node:assert/strict";
import { chatModels, defaultModel } from "./ask_once.ts";
import { clockFinding, keyFinding } from "./doctor/checks.ts";
import { editDistance } from "../core/mod.ts";
import { nearWords } from "./read_arguments.ts";
import { createOutput } from "./output.ts";
import { fromLsof, fromNetstat, fromSs } from "./port_holder.ts";
import { localUrl } from "./server_file.ts";
import { bar, createStyle, shortIds } from "./style.ts";
import { fitTable, width, wrapLine } from "./table.ts";

const PLAIN = createStyle(false);

Deno.test("nearWords() gives the nearest first and nothing that is far", () => {
  assert.deepEqual(nearWords("stat", ["start", "stats", "status", "stop", "export"]).slice(0, 2), [
    "stats",
    "status",
  ]);
  assert.deepEqual(nearWords("qqqq", ["start", "stop"]), []);
  assert.equal(editDistance("kye", "key"), 1);
  assert.equal(editDistance("", "abc"), 3);
});

Deno.test("fitTable() aligns columns and does not count colours", () => {
  const green = createStyle(true).green("ok");
  assert.equal(width(green), 2);
  assert.deepEqual(fitTable(["A", "B"], [["a", "b"], ["longer", "c"]], 80, PLAIN), [
    "A       B",
    "a       b",
    "longer  c",
  ]);
  assert.equal(fitTable(["A", "B"], [[green, "b"], ["longer", "c"]], Infinity, PLAIN)[1], `${green}      b`);
});

Deno.test("fitTable() fits every width: cells wrap between words, no word is cut, no text is lost", () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 12 });
  const cell = words.map((parts) => parts.join(" "));
  fc.assert(fc.property(
    fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 6 }),
    fc.constantFrom(30, 50, 80, 200),
    fc.boolean(),
    (rows, columns, colour) => {
      const { green } = createStyle(colour);
      const lines = fitTable(["NAME", "STATE", "WHY"], rows.map((row) => row.map(green)), columns, PLAIN);
      for (const line of lines) assert.ok(width(line) <= columns, `${width(line)} of ${columns}: ${line}`);
      // deno-lint-ignore no-control-regex
      const shown = lines.join(" ").replace(/\x1b\[[0-9;]*m/g, "").split(/\s+/);
      const wanted = rows.flat().flatMap((text) => text.split(" "));
      for (const word of wanted) {
        assert.ok(shown.includes(word), `${word} is cut or lost: ${lines.join("\n")}`);
      }
    },
  ));
});

Deno.test("wrapLine() hangs what follows under the text behind the first gap, and counts wide letters as two", () => {
  assert.deepEqual(wrapLine("keys     one two three four", 20), ["keys     one two", "         three four"]);
  assert.deepEqual(wrapLine("  a note that is long", 14), ["  a note that", "  is long"]);
  assert.deepEqual(wrapLine("short", 20), ["short"]);
  assert.equal(width("日本"), 4);
  assert.equal(width("👍🏽"), 2);
});

Deno.test("shortIds() are as short as they can be and lead to one id each", () => {
  const ids = ["cred_AAAAAA1x", "cred_AAAAAA2x", "cred_BBBBBBBB"];
  assert.deepEqual([...shortIds(ids).values()], ["AAAAAA1", "AAAAAA2", "BBBBBBB"]);
  assert.deepEqual([...shortIds([]).values()], []);
});

Deno.test("bar() is never longer than its frame", () => {
  for (const share of [-5, 0, 33, 79, 80, 100, 250]) {
    const text = bar(share, 80, PLAIN);
    assert.equal([...text.replace(/ .*$/, "")].length, 20, String(share));
  }
  const coloured = (share: number) => bar(share, 80, createStyle(true));
  assert.ok(coloured(10).startsWith("\x1b[32m"));
  assert.ok(coloured(85).startsWith("\x1b[33m"));
  assert.ok(coloured(100).startsWith("\x1b[31m"));
});

Deno.test("port holders are read from lsof, ss and netstat", () => {
  assert.equal(fromLsof("p412\ncnode\nf18\n"), "node, process 412");
  assert.equal(fromLsof(""), undefined);
  const ss = 'LISTEN 0 511 127.0.0.1:7536 0.0.0.0:* users:(("deno",pid=99,fd=14))\n';
  assert.equal(fromSs(ss), "deno, process 99");
  assert.equal(fromSs("LISTEN 0 511 127.0.0.1:7536 0.0.0.0:*\n"), undefined);
  const netstat =
    "  TCP    127.0.0.1:17536   0.0.0.0:0  LISTENING  5\r\n  TCP    127.0.0.1:7536   0.0.0.0:0  LISTENING  77\r\n";
  assert.equal(fromNetstat(netstat, 7536), "process 77");
});

Deno.test("localUrl() reaches any listening address from this machine", () => {
  const url = (host: string) => localUrl({ host, port: 1 });
  assert.equal(url("localhost"), "http://127.0.0.1:1");
  assert.equal(url("0.0.0.0"), "http://127.0.0.1:1");
  assert.equal(url("::"), "http://127.0.0.1:1");
  assert.equal(url("::1"), "http://[::1]:1");
  assert.equal(url("192.168.1.5"), "http://192.168.1.5:1");
});

Deno.test("clockFinding() judges the skew against a Date header", () => {
  const date = "Tue, 24 Nov 2026 06:00:00 GMT";
  const at = Date.parse(date) + 500;
  assert.equal(clockFinding(date, at).state, "good");
  assert.equal(clockFinding(date, at + 30_000).state, "odd");
  assert.match(clockFinding(date, at - 600_000).message, /600 s behind/);
  assert.equal(clockFinding(date, at - 600_000).state, "wrong");
  assert.equal(clockFinding(null, at).state, "odd");
});

Deno.test("keyFinding() tells no keys, dead keys and good keys apart", () => {
  assert.deepEqual(
    [keyFinding(0, 0), keyFinding(2, 2), keyFinding(2, 1), keyFinding(2, 0)].map(({ state }) => state),
    [
      "wrong",
      "wrong",
      "odd",
      "good",
    ],
  );
});

Deno.test("chatModels() leaves out what no coding agent can use; defaultModel() takes the newest flash", () => {
  const entry = (id: string, ...methods: string[]) => ({ id, methods });
  const models = chatModels([
    entry("gemini-embedding-001", "embedContent"),
    entry("gemini-2.5-flash-image", "generateContent"),
    entry("gemini-2.5-flash-preview-tts", "generateContent"),
    entry("gemini-2.5-pro", "generateContent"),
    entry("gemini-2.5-flash", "generateContent"),
    entry("gemini-3.8-flash", "generateContent"),
    { ...entry("painter", "generateContent"), aliasOf: "gemini-2.5-flash-image" },
  ]);
  assert.deepEqual(models.map(({ id }) => id), ["gemini-2.5-pro", "gemini-2.5-flash", "gemini-3.8-flash"]);
  assert.equal(defaultModel(models), "gemini-3.8-flash");
  assert.equal(defaultModel([entry("gemma-3", "generateContent")]), "gemma-3");
  assert.equal(defaultModel([]), undefined);
});

Deno.test("createOutput() hides secrets on every way out but the one that is meant to show them", () => {
  const key = "AIzaSyMARKED0000000000000000000000marked";
  let text = "";
  const write = (part: string) => text += part;
  const make = (json: boolean) =>
    createOutput({ json, colour: false, columns: 80, write, writeError: write });
  make(false).line(`key ${key}`);
  make(false).verbatim(key);
  make(false).table(["KEY"], [[key]]);
  make(true).json({ nested: [{ key }] });
  make(false).warn(key);
  assert.ok(!text.includes(key), text);
  make(false).once(key);
  assert.ok(text.includes(key));
});
