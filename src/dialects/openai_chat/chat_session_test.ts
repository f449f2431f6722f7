import assert from "node:assert/strict";
import { chatSession } from "./decode_request.ts";

const sessionOf = (content: string, ...later: string[]) =>
  chatSession(
    { messages: [content, ...later].map((text) => ({ role: "user", content: text })) },
    new Headers(),
  );

Deno.test("chatSession() keeps its name as a conversation grows, however long the first text is", () => {
  for (const text of ["Mend the test.", "word ".repeat(100_000)]) {
    assert.equal(sessionOf(text), sessionOf(text, "And now?"));
    assert.ok(sessionOf(text).length < 64);
  }
});

Deno.test("chatSession() tells apart first texts that differ early or in length", () => {
  const long = "word ".repeat(100_000);
  const names = ["Mend the test.", "Mend the tests.", long, `${long}more`, `other ${long}`].map((text) =>
    sessionOf(text)
  );
  assert.equal(new Set(names).size, names.length);
});
