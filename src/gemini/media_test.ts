import assert from "node:assert/strict";
import {
  cleanBase64,
  estimateTokens,
  inlineMedia,
  isGoogleUri,
  mimeOf,
  parseDataUrl,
  sniffMime,
} from "./media.ts";
import { createToolNames, isLegalToolName } from "./tools.ts";

Deno.test("parseDataUrl() reads base64 and percent-encoded texts", () => {
  assert.deepEqual(parseDataUrl("data:image/jpg;base64,AA\r\nA="), {
    kind: "blob",
    blob: { mimeType: "image/jpeg", data: "AAA=" },
  });
  assert.deepEqual(parseDataUrl("data:text/plain,hello%20x"), {
    kind: "text",
    mimeType: "text/plain",
    text: "hello x",
  });
  for (const url of ["https://x.example", "data:nothing", "data:a/b;base64,!!", "data:,%ff"]) {
    assert.equal(parseDataUrl(url), undefined);
  }
});

Deno.test("cleanBase64() takes the URL-safe alphabet and refuses what is no base64", () => {
  assert.equal(cleanBase64("a-_b"), "a+/b");
  assert.equal(cleanBase64(""), undefined);
  assert.equal(cleanBase64("{}"), undefined);
});

Deno.test("mimeOf() looks at the first bytes when nothing useful was said", () => {
  assert.equal(mimeOf("application/octet-stream", "JVBERi0xLjQ="), "application/pdf");
  assert.equal(mimeOf(undefined, "iVBORw0KGgoAAAA="), "image/png");
  assert.equal(sniffMime(btoa("RIFF\0\0\0\0WEBPVP8 ")), "image/webp");
  assert.equal(sniffMime(btoa("\0\0\0\x18ftypmp42")), "video/mp4");
});

Deno.test("inlineMedia() puts fetched media in place of their address and leaves the rest", () => {
  const request = {
    contents: [{
      role: "user" as const,
      parts: [{ fileData: { fileUri: "https://a.example/x" } }, { fileData: { fileUri: "gs://b/y" } }],
    }],
  };
  const blob = { mimeType: "image/png", data: "AAAA" };
  assert.deepEqual(inlineMedia(request, new Map([["https://a.example/x", blob]])).contents[0]?.parts, [
    { inlineData: blob },
    { fileData: { fileUri: "gs://b/y" } },
  ]);
});

Deno.test("isGoogleUri() knows addresses that Google reads, and no look-alikes", () => {
  assert.ok(isGoogleUri("https://generativelanguage.googleapis.com/v1beta/files/abc"));
  assert.ok(isGoogleUri("https://youtu.be/x"));
  assert.equal(isGoogleUri("https://evil.example/?https://youtu.be/x"), false);
  assert.equal(isGoogleUri("https://youtube.com.evil.example/watch"), false);
});

Deno.test("createToolNames() makes legal, distinct names that lead back", () => {
  const clients = ["ok", "a/b", "a b", "a_b", "9lives", "工具", "具工", "n".repeat(100), "n".repeat(101), ""];
  const names = createToolNames(clients);
  const sent = clients.map(names.toGemini);
  assert.ok(sent.every(isLegalToolName), sent.join());
  assert.equal(new Set(sent).size, clients.length);
  assert.deepEqual(sent.map(names.toClient), clients);
  assert.equal(names.toGemini("ok"), "ok");
});

Deno.test("estimateTokens() is at least 1 and bears a senseless ratio", () => {
  assert.equal(estimateTokens(400), 100);
  assert.equal(estimateTokens(0), 1);
  assert.equal(estimateTokens(8, 0), 2);
});
