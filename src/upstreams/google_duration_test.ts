import assert from "node:assert/strict";
import { delayInMessage, parseGoogleDuration } from "./google_error.ts";

Deno.test("parseGoogleDuration() reads protobuf and Go durations, rounded up", () => {
  assert.equal(parseGoogleDuration("48s"), 48_000);
  assert.equal(parseGoogleDuration("34.4s"), 34_400);
  assert.equal(parseGoogleDuration("479.417207ms"), 480);
  assert.equal(parseGoogleDuration("161h39m41.300432511s"), 581_981_301);
  assert.equal(parseGoogleDuration("33740.9s"), 33_740_900);
  assert.equal(parseGoogleDuration("0s"), 0);
});

Deno.test("parseGoogleDuration() gives nothing for other texts", () => {
  for (const text of ["", "soon", "10", "-5s", "1h or so", "5 s"]) {
    assert.equal(parseGoogleDuration(text), undefined);
  }
});

Deno.test("delayInMessage() finds the delay in Google's sentences", () => {
  assert.equal(delayInMessage("limit: 20\nPlease retry in 58.821668433s."), 58_822);
  assert.equal(delayInMessage("Please retry in 900.2ms."), 901);
  assert.equal(delayInMessage("Your quota will reset after 1h43m56s."), 6_236_000);
  assert.equal(delayInMessage("Individual quota reached. Resets in 71h15m27s."), 256_527_000);
  assert.equal(delayInMessage("Please try again later."), undefined);
});
