import assert from "node:assert/strict";
import { SETTINGS_TABLE, settingsMarkdown, showSettings } from "./mod.ts";

Deno.test("showSettings() tells each value and where it comes from, and hides secrets", () => {
  const shown = showSettings(
    { PORT: "80", LOG_LEVEL: "" },
    { PORT: "81", PROXY_API_KEY: "my-own-token", QUOTA_GROUPS_PRO: "a,b" },
  );
  const of = (variable: string) => {
    const { value, origin } = shown.find((setting) => setting.variable === variable) ?? {};
    return [value, origin];
  };
  assert.deepEqual(of("PORT"), ["80", "environment"]);
  assert.deepEqual(of("LOG_LEVEL"), ["info", "default"]);
  assert.deepEqual(of("VERTEX_URL"), [null, "default"]);
  assert.deepEqual(of("PROXY_API_KEY"), ["set", ".env"]);
  assert.deepEqual(of("GEMINITRO_MASTER_KEY"), [null, "default"]);
  assert.deepEqual(of("QUOTA_GROUPS_PRO"), ["a,b", ".env"]);
  assert.doesNotMatch(JSON.stringify(shown), /my-own-token/);
  assert.equal(
    showSettings({}, {}).find(({ variable }) => variable === "PROXY_API_KEY")?.value,
    "the default",
  );
});

Deno.test("settingsMarkdown() has one row for each setting", () => {
  const rows = settingsMarkdown().split("\n").filter((line) => line.startsWith("| `"));
  assert.equal(rows.length, SETTINGS_TABLE.length);
  for (const { variable } of SETTINGS_TABLE) {
    assert.ok(rows.some((row) => row.startsWith(`| \`${variable}\` |`)), variable);
  }
});
