import assert from "node:assert/strict";
import { hostSystem } from "./host_system.ts";
import { testInstall } from "./test_install.ts";

/** An agent that takes its folder from PWD, as OpenCode and Kilo do, and answers with the file there. */
const AGENT = `#!/usr/bin/env -S ${Deno.execPath()} run -A --no-config --quiet
console.log(await Deno.readTextFile(Deno.env.get("PWD") + "/marker.txt"));
`;

Deno.test({
  name: "testInstall() runs the agent in the empty folder, whatever the caller's PWD says",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/crush`, AGENT, { mode: 0o755 });
      const system = hostSystem({
        PATH: `${folder}:/usr/bin:/bin`,
        HOME: folder,
        PWD: "/",
        DENO_DIR: folder,
      });
      const tested = await testInstall("crush", { model: "gemini-2.5-flash" }, system);
      assert.ok(tested.ok);
      assert.equal(tested.value.outcome, "ok", tested.value.output ?? "");
      assert.match(tested.value.reason, /read the file with a tool/);
      // Of an agent that is given the file no more is said than what was checked.
      await Deno.rename(`${folder}/crush`, `${folder}/aider`);
      const given = await testInstall("aider", { model: "gemini-2.5-flash" }, system);
      assert.ok(given.ok);
      assert.equal(given.value.reason, "Aider was given the file in its prompt and answered");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
