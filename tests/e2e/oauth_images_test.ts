import assert from "node:assert/strict";
import { type OAuthProxy, oauthProxy, TOKEN } from "./oauth_proxy_fixture.ts";

const IMAGE = "gemini-3.1-flash-image";
const TEXT = "gemini-2.5-pro";

async function post(under: OAuthProxy, path: string, body: unknown): Promise<Response> {
  const headers = { "authorization": `Bearer ${TOKEN}`, "content-type": "application/json" };
  return await fetch(under.url + path, { method: "POST", headers, body: JSON.stringify(body) });
}

const calls = (under: OAuthProxy) => under.google.log.filter(({ path }) => /enerateContent$/.test(path));

function config(under: OAuthProxy): unknown {
  const { request } = calls(under).at(-1)?.body as {
    request: { generationConfig: { imageConfig?: unknown } };
  };
  return request.generationConfig.imageConfig;
}

const native = (imageConfig: unknown, more: Record<string, unknown> = {}) => ({
  contents: [{ role: "user", parts: [{ text: "A cat" }] }],
  generationConfig: { responseModalities: ["TEXT", "IMAGE"], imageConfig, temperature: 0.4 },
  ...more,
});

Deno.test("image models of an account draw on every lane, in size and shape, as Google's client asks", async () => {
  await using under = await oauthProxy();
  under.google.control.account("ada@example.com").models = [IMAGE, TEXT];
  await under.signIn("ada@example.com");

  const lanes: readonly (readonly [path: string, body: unknown, shape: unknown, picture: RegExp])[] = [
    [
      "/v1/images/generations",
      { model: IMAGE, prompt: "A cat", size: "1792x1024" },
      { aspectRatio: "16:9" },
      /"b64_json":"iVBOR/,
    ],
    ["/v1/images/generations", { model: IMAGE, prompt: "A cat", size: "4096x4096" }, {
      aspectRatio: "1:1",
      imageSize: "4K",
    }, /"b64_json":"iVBOR/],
    [
      "/v1/images/generations",
      { prompt: "A cat", aspect_ratio: "9:16" },
      { aspectRatio: "9:16" },
      /"b64_json":"iVBOR/,
    ],
    ["/v1/images/generations", { model: IMAGE, prompt: "A cat" }, undefined, /"b64_json":"iVBOR/],
    [
      "/v1/chat/completions",
      {
        model: IMAGE,
        modalities: ["text", "image"],
        size: "1024x1536",
        messages: [{ role: "user", content: "A cat" }],
      },
      { aspectRatio: "2:3" },
      /base64,iVBOR/,
    ],
    [`/v1beta/models/${IMAGE}:generateContent`, native({ aspectRatio: "21:9", imageSize: "2K" }), {
      aspectRatio: "21:9",
      imageSize: "2K",
    }, /"data":"iVBOR/],
    [`/v1beta/models/${IMAGE}:streamGenerateContent?alt=sse`, native({ aspectRatio: "4:5" }), {
      aspectRatio: "4:5",
    }, /"data":"iVBOR/],
  ];
  for (const [path, body, shape, picture] of lanes) {
    const reply = await post(under, path, body);
    const text = await reply.text();
    assert.equal(reply.status, 200, `${path}: ${text}`);
    assert.match(text, picture, path);
    assert.deepEqual(config(under), shape, path);
    const { requestType } = calls(under).at(-1)?.body as { requestType: string };
    assert.equal(requestType, "image_gen");
  }
  assert.equal(calls(under).length, lanes.length, "one upstream call a picture");
});

Deno.test("tools beside a picture are left out with a warning", async () => {
  await using under = await oauthProxy();
  under.google.control.account("ada@example.com").models = [IMAGE];
  await under.signIn("ada@example.com");
  const reply = await post(
    under,
    `/v1beta/models/${IMAGE}:generateContent`,
    native({ aspectRatio: "1:1" }, { tools: [{ googleSearch: {} }] }),
  );
  assert.equal(reply.status, 200, await reply.text());
  assert.match(reply.headers.get("x-geminitro-warnings") ?? "", /take no tools/);
});

Deno.test("several pictures are several calls, spread over healthy accounts; a sick one costs nothing", async () => {
  await using under = await oauthProxy();
  for (const email of ["ada@example.com", "bob@example.com"]) {
    under.google.control.account(email).models = [IMAGE];
    await under.signIn(email);
  }
  under.google.control.account("bob@example.com").trouble = "validation_required";
  const reply = await post(under, "/v1/images/generations", { model: IMAGE, prompt: "A cat", n: 4 });
  const body = await reply.json();
  assert.equal(reply.status, 200, JSON.stringify(body));
  assert.equal(body.data.length, 4);
});
