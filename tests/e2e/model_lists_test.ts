import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { at, type Json, list, MODEL, tell, TOKEN } from "./calls.ts";

Deno.test("OpenAI's list carries context, output, modalities and abilities as clients spell them", async () => {
  await using t = await proxyUnderTest();
  const data = list((await tell(t, "/v1/models")).json["data"]);
  const flash = data.find(({ id }) => id === MODEL)!;
  assert.deepEqual(
    [flash["context_length"], flash["max_output_tokens"], at(flash, "top_provider.max_completion_tokens")],
    [1_048_576, 65_536, 65_536],
  );
  assert.ok((at(flash, "architecture.input_modalities") as string[]).includes("image"));
  assert.equal(flash["supports_reasoning"], true);
  assert.ok((flash["supported_parameters"] as string[]).includes("tools"));
  const embedding = data.find(({ id }) => id === "gemini-embedding-001")!;
  assert.deepEqual([embedding["mode"], embedding["supports_function_calling"]], ["embedding", false]);
  assert.deepEqual(data.find(({ id }) => id === "imagen-4.0-generate-001")?.["supported_parameters"], []);
});

Deno.test("Codex gets its own list, with efforts and the size of the context", async () => {
  await using t = await proxyUnderTest();
  const models = list((await tell(t, "/v1/models?client_version=0.169.0")).json["models"]);
  const pro = models.find(({ slug }) => slug === "gemini-3-pro-preview")!;
  assert.deepEqual(list(pro["supported_reasoning_levels"]).map(({ effort }) => effort), ["low", "high"]);
  assert.deepEqual([pro["context_window"], pro["visibility"], pro["supported_in_api"]], [
    1_048_576,
    "list",
    true,
  ]);
  assert.deepEqual([pro["supports_reasoning_summaries"], pro["supports_reasoning_summary_parameter"]], [
    true,
    true,
  ]);
  assert.ok(models.every(({ base_instructions }) => String(base_instructions).length > 100));
  assert.ok(!models.some(({ slug }) => String(slug).includes("embedding")));
});

Deno.test("Anthropic's list pages by limit, after_id and before_id, as its SDK turns them", async () => {
  await using t = await proxyUnderTest();
  const headers = { "anthropic-version": "2023-06-01", "x-api-key": TOKEN, authorization: "" };
  const page = async (query: string) => (await tell(t, `/v1/models?${query}`, { headers })).json;
  const first = await page("limit=3");
  assert.deepEqual([list(first["data"]).length, first["has_more"]], [3, true]);
  const second = await page(`limit=3&after_id=${first["last_id"]}`);
  assert.notEqual(second["first_id"], first["first_id"]);
  const back: Json = await page(`limit=3&before_id=${second["first_id"]}`);
  assert.deepEqual(back["data"], first["data"]);
  assert.equal(back["has_more"], false);
  for (const bad of ["limit=0", "limit=1001", "limit=x", "after_id=nothing"]) {
    assert.equal((await tell(t, `/v1/models?${bad}`, { headers })).status, 400, bad);
  }
  const anthropic = new Anthropic({ baseURL: t.url, apiKey: TOKEN });
  const seen: string[] = [];
  for await (const model of anthropic.models.list({ limit: 5 })) seen.push(model.id);
  assert.equal(seen.length, list((await tell(t, "/v1/models")).json["data"]).length);
  assert.equal(new Set(seen).size, seen.length);
});
