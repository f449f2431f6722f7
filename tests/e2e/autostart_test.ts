import assert from "node:assert/strict";
import { CliHome } from "../cli/cli_process.ts";

Deno.test("a service keeps what the shell sets, but for secrets, and how it was asked for", async () => {
  await using cli = await CliHome.open();
  const env = {
    PORT: "8123",
    HTTPS_PROXY: "http://proxy.example:3128",
    PROXY_API_KEY: "a-secret-of-the-shell",
    USER: "ada",
  };
  cli.secrets.add("a-secret-of-the-shell");
  const text = await cli.good(["autostart", "install", "--print", "--platform", "linux"], { env });
  assert.match(text, /^Environment=PORT=8123$/m);
  assert.match(text, /^Environment=HTTPS_PROXY=http:\/\/proxy\.example:3128$/m);
  assert.match(text, /^Environment=DENO_NO_UPDATE_CHECK=1$/m);
  assert.doesNotMatch(text, /PROXY_API_KEY/);
  const system = await cli.good(["autostart", "install", "--print", "--platform", "linux", "--system"], {
    env,
  });
  assert.match(system, /^# \/etc\/systemd\/system\/geminitro\.service$/m);
  assert.match(system, /^User=ada$/m);
});
