import assert from "node:assert/strict";
import { loadSettings } from "./mod.ts";
import type { Environment, Settings } from "./mod.ts";

function settings(env: Environment, os: typeof Deno.build.os = "linux"): Settings {
  const loaded = loadSettings({ HOME: "/home/ada", ...env }, os);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.value;
}

function problems(env: Environment) {
  const loaded = loadSettings({ HOME: "/home/ada", ...env }, "linux");
  assert.ok(!loaded.ok, "these settings should be refused");
  return loaded.error;
}

Deno.test("loadSettings() gives every default when the environment is empty", () => {
  const value = settings({});
  assert.equal(value.port, 7536);
  assert.equal(value.host, "localhost");
  assert.equal(value.proxyApiKey, "geminitro");
  assert.equal(value.home, "/home/ada/.geminitro");
  assert.equal(value.kv, "/home/ada/.geminitro/geminitro.sqlite3");
  assert.equal(value.masterKey, undefined);
  assert.deepEqual(value.geminiApiKeys, []);
  assert.equal(value.rotationMode, "balanced");
  assert.equal(value.affinity, true);
  assert.equal(value.hedgeAfter, 0);
  assert.deepEqual(value.priorityTierMultipliers, { free: 1, standard: 1.5, premium: 2, enterprise: 3 });
  assert.deepEqual(value.sourceOrder, ["api_key", "antigravity", "gemini_cli", "vertex"]);
  assert.equal(value.maxBodyBytes, 104_857_600);
  assert.deepEqual(value.oauth, { default: {}, antigravity: {}, gemini_cli: {} });
  assert.equal("vertexUrl" in value, false);
});

Deno.test("loadSettings() takes 0 as a value and an empty text as not set", () => {
  const value = settings({ PORT: "0", QUEUE_MAX_WAIT: "0", TIMEOUT_CONNECT: " ", ROTATION_TOLERANCE: "0.0" });
  assert.equal(value.port, 0);
  assert.equal(value.queueMaxWait, 0);
  assert.equal(value.timeoutConnect, 10_000);
  assert.equal(value.rotationTolerance, 0);
});

Deno.test("loadSettings() names each bad variable, its value and what is allowed, all at once", () => {
  const found = problems({
    PORT: "http",
    ROTATION_TOLERANCE: "1.5",
    ROTATION_MODE: "random",
    MAX_CONCURRENT_REQUESTS_PER_KEY: "0",
    TIMEOUT_CONNECT: "-1",
    GEMINI_API_URL: "ftp://x",
    SOURCE_ORDER: "api_key,openai",
    PRIORITY_TIER_MULTIPLIERS: "gold:2",
    LOG_BODIES: "maybe",
    QUOTA_GROUPS_PRO: " , ",
  });
  assert.deepEqual(found.map((problem) => problem.variable).sort(), [
    "GEMINI_API_URL",
    "LOG_BODIES",
    "MAX_CONCURRENT_REQUESTS_PER_KEY",
    "PORT",
    "PRIORITY_TIER_MULTIPLIERS",
    "QUOTA_GROUPS_PRO",
    "ROTATION_MODE",
    "ROTATION_TOLERANCE",
    "SOURCE_ORDER",
    "TIMEOUT_CONNECT",
  ]);
  const port = found.find((problem) => problem.variable === "PORT");
  assert.equal(port?.message, 'PORT is "http", but must be a whole number between 0 and 65535.');
});

Deno.test("loadSettings() never shows a secret's value in a problem", () => {
  const found = problems({ PROXY_API_KEY: "my secret with spaces", GEMINITRO_MASTER_KEY: "short" });
  assert.equal(found.length, 2);
  assert.ok(found.every((problem) => problem.value === "[redacted]"));
  assert.doesNotMatch(JSON.stringify(found), /my secret|short"/);
});

Deno.test("loadSettings() refuses a reachable HOST while PROXY_API_KEY is the default", () => {
  for (const HOST of ["0.0.0.0", "::", "192.168.1.7", "example.org", "127.evil.example"]) {
    assert.deepEqual(problems({ HOST }).map((problem) => problem.variable), ["HOST"]);
    assert.equal(settings({ HOST, PROXY_API_KEY: "another-token" }).host, HOST);
  }
  for (const HOST of ["localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"]) {
    assert.equal(settings({ HOST }).host, HOST);
  }
});

Deno.test("loadSettings() reads keys, groups, tiers and OAuth clients", () => {
  const value = settings({
    GEMINI_API_KEYS: " a1 ,b2\nb2\n\nc3",
    QUOTA_GROUPS_GEMINI_PRO: "gemini-2.5-pro, gemini-3-pro",
    PRIORITY_TIER_MULTIPLIERS: "premium:4",
    SOURCE_ORDER: "gemini-cli, api_key",
    OAUTH_CLIENT_ID: "general",
    ANTIGRAVITY_OAUTH_CLIENT_ID: "special",
    ANTIGRAVITY_OAUTH_SCOPES: "email profile",
    ANTIGRAVITY_URLS: "http://127.0.0.1:1/,http://127.0.0.1:2",
  });
  assert.deepEqual(value.geminiApiKeys, ["a1", "b2", "c3"]);
  assert.deepEqual(value.quotaGroups, { "gemini-pro": ["gemini-2.5-pro", "gemini-3-pro"] });
  assert.deepEqual(value.priorityTierMultipliers, { free: 1, standard: 1.5, premium: 4, enterprise: 3 });
  assert.deepEqual(value.sourceOrder, ["gemini_cli", "api_key"]);
  assert.deepEqual(value.oauth.default, { clientId: "general" });
  assert.deepEqual(value.oauth.antigravity, { clientId: "special", scopes: ["email", "profile"] });
  assert.deepEqual(value.antigravityUrls, ["http://127.0.0.1:1", "http://127.0.0.1:2"]);
});

Deno.test("loadSettings() writes the data folder as the platform does", () => {
  const windows = loadSettings({ USERPROFILE: "C:\\Users\\Ada" }, "windows");
  assert.ok(windows.ok);
  assert.equal(windows.value.home, "C:\\Users\\Ada\\.geminitro");
  assert.equal(windows.value.kv, "C:\\Users\\Ada\\.geminitro\\geminitro.sqlite3");
  assert.equal(settings({ HOME: "/Users/ada" }, "darwin").home, "/Users/ada/.geminitro");
  assert.equal(settings({ GEMINITRO_HOME: "~/data" }).home, "/home/ada/data");
  assert.equal(settings({ GEMINITRO_HOME: "/srv/g", GEMINITRO_KV: ":memory:" }).kv, ":memory:");
});

Deno.test("loadSettings() takes no path of Windows as the data folder of another system", () => {
  for (const path of ["C:\\Users\\Ada\\.geminitro", "d:/data", "\\\\server\\share"]) {
    const loaded = loadSettings({ HOME: "/home/ada", GEMINITRO_HOME: path }, "linux");
    assert.ok(!loaded.ok, path);
    assert.match(loaded.error[0]?.message ?? "", /^GEMINITRO_HOME .* path of this system/);
    assert.ok(loadSettings({ USERPROFILE: "C:\\Users\\Ada", GEMINITRO_HOME: path }, "windows").ok, path);
  }
});

Deno.test("loadSettings() asks for GEMINITRO_HOME when the user has no home folder", () => {
  const loaded = loadSettings({}, "linux");
  assert.ok(!loaded.ok);
  assert.deepEqual(loaded.error.map((problem) => problem.variable), ["GEMINITRO_HOME"]);
});
