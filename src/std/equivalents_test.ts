import assert from "node:assert/strict";
import { delay } from "@std/async";
import { parseEnv } from "node:util";
import fc from "fast-check";
import { parse } from "@std/dotenv";
import { createGoogleOAuthConfig } from "deno-kv-oauth";

Deno.test("delay() waits, and ends with the signal's reason", async () => {
  await delay(1);
  const leaving = new AbortController();
  const waiting = delay(60_000, { signal: leaving.signal });
  leaving.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/);
  await assert.rejects(delay(1, { signal: leaving.signal }), /enough/);
});

Deno.test("parse() reads quotes, comments and export", () => {
  assert.deepEqual(parse(`# note\nA=1\nexport B="two words"\nC='#3' # rest\nD=\n`), {
    A: "1",
    B: "two words",
    C: "#3",
    D: "",
  });
});

Deno.test("parse() reads what the platform's own parser reads, whether all lines are plain or not", () => {
  const piece = fc.constantFrom(
    "A",
    "B2",
    "_",
    "=",
    "1",
    "two",
    "/x:y",
    " ",
    "#",
    '"',
    "'",
    "`",
    "\\n",
    "\r",
    "$",
    "export ",
  );
  const line = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(""));
  const plain = fc.constantFrom("PORT=7536", "# note", "", "URL=http://a.b/c", "EMPTY=", "PORT=1", "#it's");
  fc.assert(
    fc.property(fc.array(fc.oneof(plain, line), { maxLength: 5 }), (lines) => {
      const text = lines.join("\n");
      assert.deepEqual(parse(text), { ...parseEnv(text) }, JSON.stringify(text));
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("createGoogleOAuthConfig() takes Google's endpoints unless others are given", () => {
  const config = createGoogleOAuthConfig({
    clientId: "id",
    scope: ["openid"],
    tokenUri: "http://localhost/token",
  });
  assert.equal(config.authorizationEndpointUri, "https://accounts.google.com/o/oauth2/v2/auth");
  assert.equal(config.tokenUri, "http://localhost/token");
  assert.deepEqual(config.defaults.scope, ["openid"]);
});
