import assert from "node:assert/strict";
import { createSimulator, simModel } from "../../src/sim/mod.ts";

const SHARED = Deno.env.get("GEMINITRO_SHARED") ?? "../shared";
const FOLDER = `${SHARED}/recordings`;
const KEY = "recordings";
/** Calls of the API that keys open; recordings of Vertex have other paths and other rules. */
const CALL_REGEXP =
  /^(?:https?:\/\/[^/]+)?\/v1(?:beta)?\/models\/([^:]+):(?:generateContent|streamGenerateContent|countTokens|embedContent|batchEmbedContents)/;

interface Recording {
  readonly request: { readonly url_path: string; readonly body: unknown };
  readonly response: { readonly status: number; readonly body_text: string };
}

function folderExists(): boolean {
  try {
    return Deno.statSync(FOLDER).isDirectory;
  } catch {
    console.log(`No recordings at ${FOLDER}; set GEMINITRO_SHARED to the folder that holds them.`);
    return false;
  }
}

function* recordings(): Generator<readonly [string, Recording]> {
  for (const folder of Deno.readDirSync(FOLDER)) {
    if (!folder.isDirectory || folder.name.startsWith("openai")) continue;
    for (const file of Deno.readDirSync(`${FOLDER}/${folder.name}`)) {
      const name = `${folder.name}/${file.name}`;
      const recording = JSON.parse(Deno.readTextFileSync(`${FOLDER}/${name}`)) as Recording;
      if (recording.request.body && CALL_REGEXP.test(recording.request.url_path ?? "")) {
        yield [name, recording];
      }
    }
  }
}

/** Refusals that come from what the simulator cannot have: Google's own signatures, files and dead keys. */
function beyondReach(recording: Recording, status: number, text: string): boolean {
  if (text.includes("Corrupted thought signature.") || text.includes("access the File")) return true;
  return recording.response.status === 400 && recording.response.body_text.includes("API key not valid") &&
    status === 200;
}

Deno.test({
  name: "the simulator serves every recorded request that Google served, and refuses what it refused",
  ignore: !folderExists(),
  async fn() {
    let same = 0;
    const different: string[] = [];
    for (const [name, recording] of recordings()) {
      const model = CALL_REGEXP.exec(recording.request.url_path)?.[1] ?? "";
      const models = recording.response.status === 404
        ? []
        : [simModel(model, { inputTokenLimit: 10_000_000, outputTokenLimit: 65_536 })];
      const sim = createSimulator({ projects: [{ id: "p", keys: [KEY] }], models });
      const path = recording.request.url_path.replace(/^https?:\/\/[^/]+/, "");
      const response = await sim.fetch(
        new Request(`http://sim${path}`, {
          method: "POST",
          headers: { "x-goog-api-key": KEY },
          body: JSON.stringify(recording.request.body),
        }),
      );
      const text = await response.text();
      if (response.status === recording.response.status || beyondReach(recording, response.status, text)) {
        same++;
      } else {different.push(
          `${name}: Google ${recording.response.status}, simulator ${response.status} ${text.slice(0, 300)}`,
        );}
    }
    assert.deepEqual(different, []);
    assert.ok(same > 50, `${same} recorded requests were tried`);
  },
});
