import assert from "node:assert/strict";
import { decodeChat, refuseChat } from "../../../tests/support/chat_fixture.ts";

const content = (part: object) => decodeChat({ messages: [{ role: "user", content: [part] }] });
const firstPart = (part: object) => content(part).request.contents[0]?.parts[0];

Deno.test("a data URL with line feeds and image/jpg is cleaned", () => {
  const part = { type: "image_url", image_url: { url: "data:image/jpg;base64,/9j/\nAAAA" } };
  assert.deepEqual(firstPart(part), { inlineData: { mimeType: "image/jpeg", data: "/9j/AAAA" } });
});

Deno.test("http(s) media are named for fetching, with their field", () => {
  const call = content({ type: "image_url", image_url: { url: "https://example.com/a.png" } });
  assert.deepEqual(call.remoteMedia, [
    { url: "https://example.com/a.png", param: "messages[0].content[0].image_url.url" },
  ]);
  assert.deepEqual(call.request.contents[0]?.parts, [{ fileData: { fileUri: "https://example.com/a.png" } }]);
});

Deno.test("a YouTube address is left to Google", () => {
  const url = "https://www.youtube.com/watch?v=abc";
  const call = content({ type: "image_url", image_url: { url } });
  assert.deepEqual(call.remoteMedia, []);
  assert.deepEqual(call.request.contents[0]?.parts, [{ fileData: { fileUri: url } }]);
});

for (const [format, mimeType] of [["mp3", "audio/mpeg"], ["wav", "audio/wav"]] as const) {
  Deno.test(`audio of format ${format} is ${mimeType}`, () => {
    const part = { type: "input_audio", input_audio: { data: "AAAA", format } };
    assert.deepEqual(firstPart(part), { inlineData: { mimeType, data: "AAAA" } });
  });
}

Deno.test("bare base64 takes its type from the file name", () => {
  const part = { type: "file", file: { file_data: "AAAA", filename: "a.pdf" } };
  assert.deepEqual(firstPart(part), { inlineData: { mimeType: "application/pdf", data: "AAAA" } });
});

Deno.test("text files are sent as text, and files that nobody knows are refused by field", () => {
  const data = `data:text/csv;base64,${btoa("a,b")}`;
  assert.deepEqual(firstPart({ type: "file", file: { file_data: data, filename: "t.csv" } }), {
    text: "a,b",
  });
  assert.deepEqual(firstPart({ type: "file", file: { file_id: "files/abc" } }), {
    fileData: { fileUri: "https://generativelanguage.googleapis.com/v1beta/files/abc" },
  });
  const failure = refuseChat({
    messages: [{ role: "user", content: [{ type: "file", file: { file_id: 5 } }] }],
  });
  assert.equal(failure.param, "messages[0].content[0].file.file_id");
});
