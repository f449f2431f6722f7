import assert from "node:assert/strict";
import { agentName } from "./agent_name.ts";

const CHROME =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0.0.0 Safari/537.36";

function named(text: string): string {
  return agentName(new Headers({ "user-agent": text }));
}

Deno.test("agentName() calls a browser a browser, and a program that is built on one by its own name", () => {
  assert.equal(named(CHROME), "browser");
  assert.equal(named("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"), "browser");
  assert.equal(
    named(CHROME.replace("HeadlessChrome", "Cursor/2.1.4 Chrome") + " Electron/38.1.0"),
    "Cursor/2.1.4",
  );
});

Deno.test("agentName() gives the first product that is not a library's", () => {
  assert.equal(named("claude-cli/2.1 (external, cli)"), "claude-cli/2.1");
  assert.equal(named("node"), "node");
  assert.equal(named("Mozilla/5.0 MyAgent/1.2"), "MyAgent/1.2");
});
