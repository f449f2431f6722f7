import assert from "node:assert/strict";
import { Secret } from "../core/mod.ts";
import { parseRecord, type Section, SECTIONS } from "./records.ts";

const updatedAt = 1;
const credential = {
  id: "cred_1",
  label: "a",
  tail: "...abcd",
  tier: "free",
  enabled: true,
  priority: 0,
  createdAt: 1,
  updatedAt,
  project: "p",
  dead: { class: "credential_dead", reason: "gone", at: 2, code: "c", status: 400, link: "https://x" },
  proxy: "http://proxy",
  tags: ["spare"],
  allowModels: ["gemini-*"],
  denyModels: [],
};
const account = {
  ...credential,
  email: "a@b.c",
  refreshToken: "refresh",
  accessToken: "access",
  accessExpiresAt: 5,
  codeAssistProject: "p",
  consumer: true,
  clientId: "id",
  clientSecret: "secret",
};

/** Records with every field that they may have. */
const WHOLE: { readonly [Name in Section]: readonly Record<string, unknown>[] } = {
  credential: [
    { ...credential, source: "api_key", key: "key" },
    { ...account, source: "antigravity" },
    { ...account, source: "gemini_cli" },
    {
      ...credential,
      source: "vertex",
      serviceAccount: "{}",
      location: "global",
      accessToken: "access",
      accessExpiresAt: 5,
    },
  ],
  model_list: [{
    credential: "cred_1",
    source: "api_key",
    at: 1,
    models: [{
      id: "m",
      displayName: "M",
      inputTokenLimit: 1,
      outputTokenLimit: 2,
      methods: ["generateContent"],
      thinking: true,
    }],
  }],
  alias: [{ name: "fast", target: "gemini-2.5-flash", updatedAt }],
  quota_group: [{ name: "g", models: ["a"], updatedAt }],
  fallback: [{ model: "a", to: ["b"], updatedAt }],
  cap: [{
    model: "a",
    limit: 3,
    unit: "requests",
    period: "daily",
    alertThreshold: 80,
    action: "reject",
    enabled: true,
    updatedAt,
  }],
  client: [{
    id: "cl_1",
    name: "n",
    hash: "h",
    tail: "t",
    allowModels: ["a"],
    requestsPerMinute: 3,
    budget: { unit: "usd", limit: 2.5, period: "total" },
    expiresAt: 9,
    createdAt: 1,
    revoked: false,
    updatedAt,
  }],
  setting: [{ any: [1, "a", null, { deep: true }] }],
  process: [{ id: "p", startedAt: 1, until: 2, host: "h", pid: 3 }],
};

/** Absent in the smallest record that is one. */
const OPTIONAL = new Set(
  ("project dead proxy tags allowModels denyModels accessToken accessExpiresAt codeAssistProject consumer clientId " +
    "clientSecret requestsPerMinute budget expiresAt host pid").split(" "),
);

function plain(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
}

function fieldAtFault(section: Section, value: unknown): string {
  const parsed = parseRecord(section, value);
  assert.ok(!parsed.ok, `${section} takes ${JSON.stringify(value)}`);
  assert.notEqual(parsed.error.message, "");
  return parsed.error.field;
}

Deno.test("parseRecord() returns every field of a whole record, and leaves out those that are unknown", () => {
  for (const section of SECTIONS) {
    for (const record of WHOLE[section]) {
      const given = section === "setting" ? record : { ...record, later: 1 };
      const parsed = parseRecord(section, given);
      assert.ok(parsed.ok, section);
      assert.deepEqual(plain(parsed.value), record);
      assert.notEqual(parsed.value, given as unknown);
    }
  }
});

Deno.test("parseRecord() names a field that is missing, undefined or of another type", () => {
  for (const section of SECTIONS.filter((section) => section !== "setting")) {
    for (const record of WHOLE[section]) {
      for (const name of Object.keys(record)) {
        const { [name]: _, ...without } = record;
        if (OPTIONAL.has(name)) assert.ok(parseRecord(section, without).ok, `${section} without ${name}`);
        else assert.equal(fieldAtFault(section, without), name);
        for (const wrong of [undefined, null, {}, Symbol.iterator, NaN]) {
          const at = fieldAtFault(section, { ...record, [name]: wrong });
          assert.ok(at === name || at.startsWith(`${name}.`), `${section} ${name}: ${at}`);
        }
      }
    }
    for (const wrong of [undefined, null, 1, "text", []]) fieldAtFault(section, wrong);
  }
});

Deno.test("parseRecord() names what lies deeper, and what is out of its bounds", () => {
  const [key] = WHOLE.credential;
  const [list] = WHOLE.model_list;
  const [cap] = WHOLE.cap;
  assert.equal(fieldAtFault("credential", { ...key, dead: { ...credential.dead, at: "1" } }), "dead.at");
  assert.equal(fieldAtFault("credential", { ...key, allowModels: ["a", 1] }), "allowModels.1");
  assert.equal(fieldAtFault("credential", { ...key, source: "other" }), "source");
  assert.equal(
    fieldAtFault("model_list", { ...list, models: [{ id: "m", methods: [2] }] }),
    "models.0.methods.0",
  );
  assert.equal(fieldAtFault("setting", { a: { b: [1, () => {}] } }), "a.b.1");
  for (const limit of [-1, 0.5, Infinity, 2 ** 53]) {
    assert.equal(fieldAtFault("cap", { ...cap, limit }), "limit");
  }
  for (const alertThreshold of [-1, 101]) {
    assert.equal(fieldAtFault("cap", { ...cap, alertThreshold }), "alertThreshold");
  }
  for (const name of ["", "  ", "a\nb", "a".repeat(257)]) {
    assert.equal(fieldAtFault("alias", { name, target: "t", updatedAt }), "name");
  }
  assert.equal(fieldAtFault("fallback", { model: "a", to: ["b", "a"], updatedAt }), "to");
  assert.equal(fieldAtFault("fallback", { model: "a", to: [], updatedAt }), "to");
  assert.equal(fieldAtFault("quota_group", { name: "g", models: [], updatedAt }), "models");
});

Deno.test("parseRecord() reads the classes of failures that earlier versions wrote", () => {
  const [key] = WHOLE.credential;
  const parsed = parseRecord("credential", { ...key, dead: { class: "config_fault", reason: "r", at: 1 } });
  assert.equal(parsed.ok && parsed.value.dead?.class, "misconfigured");
});
