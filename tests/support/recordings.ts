import { isObject } from "../../src/core/mod.ts";

/** One recorded exchange with Gemini. */
export interface Recording {
  readonly file: string;
  readonly status: number;
  readonly body: string;
  readonly model: string;
}

const SHARED = Deno.env.get("GEMINITRO_SHARED") ?? new URL("../../../shared", import.meta.url).pathname;
const ROOT = `${SHARED}/recordings`;

/** Recorded generateContent replies, streamed and whole; empty with a printed reason when the folder is absent. */
export function generateRecordings(): Recording[] {
  const found: Recording[] = [];
  try {
    for (const folder of Deno.readDirSync(ROOT)) {
      if (!folder.isDirectory || folder.name === "openai-anthropic-output-shape") continue;
      for (const { name } of Deno.readDirSync(`${ROOT}/${folder.name}`)) {
        const recording = name.endsWith(".json") ? read(`${folder.name}/${name}`) : undefined;
        if (recording !== undefined) found.push(recording);
      }
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(`skipped: no recordings at ${ROOT}; set GEMINITRO_SHARED`);
  }
  return found.sort((a, b) => a.file.localeCompare(b.file));
}

function read(file: string): Recording | undefined {
  const { request, response, meta } = JSON.parse(Deno.readTextFileSync(`${ROOT}/${file}`));
  const path = String(request?.url_path ?? "");
  const body = response?.body_text;
  if (response?.status !== 200 || typeof body !== "string") return undefined;
  const generates = /[Gg]enerateContent/.test(path) || (path === "" && body.includes('"candidates"'));
  return generates ? { file, status: response.status, body, model: String(meta?.model ?? "") } : undefined;
}

/** All parts of all candidates of a body's chunks, for an account that shares no code with the segmenter. */
export function partsOf(chunks: readonly unknown[]): Record<string, unknown>[] {
  return chunks.flatMap((chunk) =>
    isObject(chunk) && Array.isArray(chunk["candidates"]) ? chunk["candidates"] : []
  )
    .flatMap((candidate) =>
      isObject(candidate) && isObject(candidate["content"]) && Array.isArray(candidate["content"]["parts"])
        ? candidate["content"]["parts"]
        : []
    );
}
