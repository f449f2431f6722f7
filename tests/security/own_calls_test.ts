/** docs/security.md, "What an upstream can answer": calls that this proxy makes of its own, to answer in another API's form. */
import assert from "node:assert/strict";
import { tell } from "../e2e/calls.ts";
import {
  endless,
  gzipOfZeros,
  head,
  HostileUpstream,
  type Hostility,
  json,
  whole,
} from "../support/hostile_upstream.ts";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { UPSTREAM_BOUNDS } from "../../src/upstreams/mod.ts";

const plain = "application/json";

const zeros = await gzipOfZeros(100_000_000);

const ANSWERS: Readonly<Record<string, Hostility>> = {
  "a length of a terabyte": () => endless(" ", head(200, plain, "content-length: 1000000000000\r\n") + "{"),
  "more than a bound": () => [whole(200, plain, " ".repeat(UPSTREAM_BOUNDS.answerBytes + 1))],
  "millions of brackets": () => [whole(200, plain, "[".repeat(3_000_000) + "]".repeat(3_000_000))],
  "gzip of zeros": () => [head(200, plain, "content-encoding: gzip\r\n"), zeros],
  "half of it": () => [head(200, plain, "content-length: 100\r\n") + '{"files":['],
  "no JSON": () => [whole(200, plain, "nothing")],
  null: () => [json(null)],
  "a list": () => [json([[]])],
  "a text": () => [whole(200, "text/plain", "nothing")],
};

const PATHS = ["/v1/files", "/v1/files/file-abc", "/v1/batches"];

Deno.test("upstream: answers to calls of our own are read within their bound, and told as Google's fault", async () => {
  let answer: Hostility = () => [];
  await using upstream = new HostileUpstream((call) => answer(call));
  await using t = await proxyUnderTest({
    env: { GEMINI_API_URL: upstream.url, MAX_REPLY_BYTES: "33554432", TIMEOUT_READ_STREAMING: "2000" },
  });
  for (const [name, hostility] of Object.entries(ANSWERS)) {
    answer = hostility;
    for (const path of PATHS) {
      const told = await tell(t, path);
      const where = `${path} ${name}: ${told.status} ${told.text.slice(0, 300)}`;
      assert.ok(told.status > 500 && told.status < 600, where);
      assert.equal(typeof told.json["error"], "object", where);
    }
  }
});

Deno.test("upstream: a page of a list has no more items than were asked for", async () => {
  const files = Array.from({ length: 200_000 }, (_, index) => ({ name: `files/file-${index}` }));
  await using upstream = new HostileUpstream(() => [json({ files })]);
  await using t = await proxyUnderTest({ env: { GEMINI_API_URL: upstream.url } });
  const told = await tell(t, "/v1beta/files?pageSize=10");
  assert.equal(told.status, 200, told.text.slice(0, 300));
  assert.equal((told.json["files"] as readonly unknown[]).length, 10);
});
