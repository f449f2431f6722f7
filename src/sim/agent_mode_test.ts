import assert from "node:assert/strict";
import type { JsonObject } from "../core/mod.ts";
import { agentPlan } from "./agent_mode.ts";

const PROMPT =
  "Read the file marker.txt in the current directory with one of your tools and answer with exactly the text it contains.";
const string = { type: "string" };

function tool(
  name: string,
  properties: JsonObject,
  required: readonly string[] = Object.keys(properties),
): JsonObject {
  return { name, parametersJsonSchema: { type: "object", properties, required } };
}

function request(
  declarations: readonly JsonObject[],
  more: readonly JsonObject[] = [],
  system = "",
): JsonObject {
  return {
    contents: [{ role: "user", parts: [{ text: PROMPT }] }, ...more],
    systemInstruction: { parts: [{ text: system }] },
    tools: [{ functionDeclarations: declarations }],
  };
}

function turn(name: string, response: JsonObject): readonly JsonObject[] {
  return [
    { role: "model", parts: [{ functionCall: { name, args: {} } }] },
    { role: "user", parts: [{ functionResponse: { name, response } }] },
  ];
}

/** Tools as coding agents declare them, and the arguments that read the file. */
const TOOLS: Readonly<Record<string, readonly [JsonObject, JsonObject]>> = {
  "OpenCode's bash": [
    tool("bash", { command: string, timeout: { type: "number" }, description: string }, [
      "command",
      "description",
    ]),
    { command: "cat marker.txt", description: "Read marker.txt" },
  ],
  "Codex's exec_command": [
    tool("exec_command", { cmd: string, workdir: string, yield_time_ms: { type: "number" } }, ["cmd"]),
    { cmd: "cat marker.txt" },
  ],
  "Codex's older shell": [
    tool("shell", { command: { type: "array", items: string }, workdir: string }, ["command"]),
    { command: ["bash", "-lc", "cat marker.txt"] },
  ],
  "Claude Code's Bash": [
    tool("Bash", { command: string, run_in_background: { type: "boolean" } }, ["command"]),
    { command: "cat marker.txt" },
  ],
  "Gemini CLI's run_shell_command": [
    tool("run_shell_command", { command: string, description: string, is_background: { type: "boolean" } }, [
      "command",
    ]),
    { command: "cat marker.txt" },
  ],
  "Cline's run_commands": [tool("run_commands", { commands: { type: "array", items: string } }), {
    commands: ["cat marker.txt"],
  }],
  "Claude Code's Read": [tool("Read", { file_path: string, offset: { type: "number" } }, ["file_path"]), {
    file_path: "/home/me/work/marker.txt",
  }],
  "a read_file with absolute_path": [tool("read_file", { absolute_path: string }), {
    absolute_path: "/home/me/work/marker.txt",
  }],
  "a read_file of several files": [
    tool("read_files", {
      files: { type: "array", items: { type: "object", properties: { path: string }, required: ["path"] } },
    }),
    { files: [{ path: "/home/me/work/marker.txt" }] },
  ],
  "an MCP shell": [tool("mcp__box__run_command", { command: string }), { command: "cat marker.txt" }],
  "a schema that names nothing as required": [tool("bash", { command: string }, []), {
    command: "cat marker.txt",
  }],
};

for (const [what, [declaration, args]] of Object.entries(TOOLS)) {
  Deno.test(`agentPlan() reads the file with ${what}`, () => {
    const others = [
      tool("web_fetch", { url: string }),
      tool("todo_write", { todos: { type: "array", items: string } }),
    ];
    const plan = agentPlan(
      request([...others, declaration], [], "Working directory: /home/me/work\nPlatform: linux"),
    );
    assert.deepEqual(plan?.calls, [{ name: declaration["name"], args }]);
  });
}

Deno.test("agentPlan() prefers a shell to a reading tool, whose path it may not know", () => {
  const plan = agentPlan(request([tool("Read", { file_path: string }), tool("Bash", { command: string })]));
  assert.equal(plan?.calls[0]?.name, "Bash");
});

const OUTPUTS: Readonly<Record<string, JsonObject>> = {
  "a plain output": { output: "MARKER-00ff" },
  "an output between other lines": { output: "Command: cat marker.txt\nOutput: MARKER-00ff\nExit Code: 0" },
  "nested content": { content: [{ type: "text", text: "MARKER-00ff\n" }] },
  "numbered lines": { result: "     1→MARKER-00ff" },
};

for (const [what, response] of Object.entries(OUTPUTS)) {
  Deno.test(`agentPlan() answers with the marker from ${what}`, () => {
    const plan = agentPlan(request([tool("bash", { command: string })], turn("bash", response)));
    assert.equal(plan?.text, "MARKER-00ff");
    assert.deepEqual(plan?.calls, []);
  });
}

Deno.test("agentPlan() answers with the raw text of another file, without line numbers", () => {
  const body = request(
    [tool("Read", { file_path: string })],
    turn("Read", { output: "  1→first\n  2→second" }),
  );
  const plan = agentPlan(JSON.parse(JSON.stringify(body).replace("marker.txt", "notes.md")));
  assert.equal(plan?.text, "first\nsecond");
});

Deno.test("agentPlan() tries the next tool when the first one failed, and gives up when none is left", () => {
  const tools = [tool("bash", { command: string }), tool("read", { path: string })];
  const failed = turn("bash", { error: "bash: permission denied" });
  assert.equal(agentPlan(request(tools, failed))?.calls[0]?.name, "read");
  const both = [...failed, ...turn("read", { error: "File not found" })];
  assert.equal(agentPlan(request(tools, both))?.text, "File not found");
});

Deno.test("agentPlan() takes the path from the environment that the agent describes", () => {
  const read = [tool("read", { path: string })];
  for (
    const system of [
      "<cwd>/srv/x</cwd>",
      "Primary working directory: /srv/x",
      "Workspace Root Directory: `/srv/x`",
      "cwd: /srv/x",
    ]
  ) {
    assert.deepEqual(
      agentPlan(request(read, [], system))?.calls[0]?.args,
      { path: "/srv/x/marker.txt" },
      system,
    );
  }
  assert.deepEqual(agentPlan(request(read))?.calls[0]?.args, { path: "marker.txt" });
});

Deno.test("agentPlan() finds the text in the conversation when no tool is offered", () => {
  const contents = [
    { role: "user", parts: [{ text: "Here are some files.\n\nmarker.txt\n```\nMARKER-12ab\n```" }] },
    { role: "model", parts: [{ text: "Ok." }] },
    { role: "user", parts: [{ text: "Answer with exactly the text inside marker.txt, nothing else." }] },
  ];
  assert.equal(agentPlan({ contents })?.text, "MARKER-12ab");
  const other = JSON.parse(JSON.stringify(contents).replaceAll("MARKER-12ab", "plain words"));
  assert.equal(agentPlan({ contents: other })?.text, "plain words");
});

Deno.test("agentPlan() leaves prompts that name no file to others", () => {
  assert.equal(agentPlan({ contents: [{ role: "user", parts: [{ text: "hello there" }] }] }), undefined);
});
