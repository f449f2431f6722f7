/** docs/security.md, "What an upstream can answer": an upstream that sends calls elsewhere never has a key follow. */
import assert from "node:assert/strict";
import { tell } from "../e2e/calls.ts";
import { followRedirects } from "../../src/relay/follow_redirects.ts";
import { assertFailed, hostile, LANES } from "../support/hostile_lanes.ts";
import { head, HostileUpstream, json } from "../support/hostile_upstream.ts";
import { KEYS } from "../support/proxy_under_test.ts";

const STATUSES = [301, 302, 303, 307, 308];

/** Calls that are no turn: some follow redirects. */
const CALLS = ["/v1beta/files/1:download?alt=media", "/v1beta/files", "/v1/files", "/v1beta/cachedContents"];

const ANSWER = { content: { role: "model", parts: [{ text: "hello" }] }, finishReason: "STOP", index: 0 };

Deno.test("upstream: a redirect takes no key to another host, on any lane, and costs a call for each key", async () => {
  await using elsewhere = new HostileUpstream(() => [json({ stolen: true })]);
  elsewhere.lists = () => [json({ models: [] })];
  let asked = 0;
  const listen = () => {
    asked++;
    return [json({ stolen: true })];
  };
  elsewhere.hostility = elsewhere.lists = listen;
  let status = 307;
  let place = (_path: string, _key: string) => "";
  await hostile(({ path, key }) => {
    if (path === "/v1beta/files/1") return [json({ name: "files/1", state: "ACTIVE" })];
    return [head(status, "text/html", `location: ${place(path, key)}\r\ncontent-length: 0\r\n`)];
  }, async (t, upstream) => {
    upstream.lists = (call) => upstream.hostility(call);
    const places: Readonly<Record<string, typeof place>> = {
      "to itself": (path) => path,
      "to itself, named": (path) => upstream.url + path,
      "to another port": (path) => elsewhere.url + path,
      "to another port, with the key": (path, key) =>
        `${elsewhere.url}${path}${path.includes("?") ? "&" : "?"}key=${key}`,
      "to another name of this machine": (path) => elsewhere.url.replace("127.0.0.1", "localhost") + path,
      "without a scheme": (path) => elsewhere.url.replace("http:", "") + path,
      "to a file": () => "file:///etc/passwd",
      "to nothing": () => "http://[",
    };
    for (const [name, one] of Object.entries(places)) {
      place = one;
      for (status of name === "to another port" ? STATUSES : [307]) {
        const { calls } = upstream;
        await Promise.all(LANES.map(async ([lane, , call]) => {
          const told = await call(t);
          const where = `${lane}, ${name}, ${status}: ${told.status} ${told.text.slice(0, 300)}`;
          assertFailed(told, where);
          for (const key of KEYS) assert.ok(!told.text.includes(key), where);
        }));
        assert.ok(upstream.calls - calls <= KEYS.length * LANES.length, `${name}: ${upstream.calls - calls}`);
        for (const path of CALLS) {
          const before = upstream.calls;
          const told = await tell(t, path);
          assert.ok(told.status >= 400 && told.status < 600, `${path}, ${name}: ${told.status}`);
          assert.ok(upstream.calls - before <= KEYS.length * 8, `${path}, ${name}`);
        }
        const listed = await tell(t, "/api/models", { method: "POST" });
        assert.equal(listed.status, 200, `${name}: ${listed.text.slice(0, 300)}`);
      }
    }
    assert.equal(asked, 0, "another host was asked");
    upstream.hostility = () => [json({ candidates: [ANSWER] })];
    for (const [lane, stream, call] of LANES) if (!stream) assert.equal((await call(t)).status, 200, lane);
    for (const line of t.log) for (const key of KEYS) assert.ok(!line.includes(key), line);
  }, { QUEUE_MAX_WAIT: "0", MAX_CONCURRENT_REQUESTS_PER_KEY: "20", LOG_LEVEL: "info" });
});

/** Where a download of Google's may lead: with the key, without it, or not at all. */
const LEADS: Readonly<Record<string, "key" | "no key" | "nowhere">> = {
  "/v1beta/other": "key",
  "https://google.test/v1beta/other": "key",
  "https://google.test/download/other": "no key",
  "https://google.test:8443/v1beta/other": "no key",
  "https://storage.test/other": "no key",
  "https://8.8.8.8/other": "no key",
  "https://google.test@storage.test/other": "no key",
  "http://google.test/v1beta/other": "nowhere",
  "http://storage.test/other": "nowhere",
  "https://localhost/": "nowhere",
  "https://LOCALHOST./": "nowhere",
  "https://a.localhost/": "nowhere",
  "https://127.0.0.1/": "nowhere",
  "https://2130706433/": "nowhere",
  "https://0x7f.1/": "nowhere",
  "https://[::1]/": "nowhere",
  "https://[::ffff:127.0.0.1]/": "nowhere",
  "https://10.1.2.3/": "nowhere",
  "https://169.254.169.254/latest/meta-data/": "nowhere",
  "https://[fd00:ec2::254]/": "nowhere",
  "ftp://storage.test/": "nowhere",
  "javascript:alert(1)": "nowhere",
  "data:text/plain,x": "nowhere",
};

Deno.test("followRedirects() leads a key to the API alone, and nobody inside", async () => {
  for (const [location, wanted] of Object.entries(LEADS)) {
    const asked: (readonly [url: string, key: string | undefined])[] = [];
    const start = {
      method: "GET" as const,
      url: "https://google.test/v1beta/files/1",
      headers: { "x-goog-api-key": "k" },
    };
    await followRedirects((request) => {
      asked.push([request.url, request.headers["x-goog-api-key"]]);
      const leads = asked.length === 1 ? { status: 302, headers: { location } } : {};
      return Promise.resolve(new Response(null, leads));
    }, { ...start, warnings: [] });
    const led = asked.length === 1 ? "nowhere" : asked[1]![1] === undefined ? "no key" : "key";
    assert.equal(led, wanted, location);
  }
});
