import type { Json, JsonObject } from "../core/mod.ts";
import { agentPlan, outputText } from "./agent_mode.ts";
import { asList, asObject, asObjects, asText } from "./json_read.ts";
import type { SimModel } from "./models.ts";
import { type PlannedCall, type ReplyPlan, textPlan } from "./reply_plan.ts";
import { schemaValue } from "./schema_value.ts";
import { currentTurnStart, responsesOf } from "./validate_contents.ts";
import { declarationsOf } from "./validate_tools.ts";

/** A transparent one-pixel PNG. */
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
/** With more tools than this an agent is asking, and tools are called for files only. */
const FEW_TOOLS = 8;
const COMMON_WORDS = new Set([
  "call",
  "tool",
  "function",
  "list",
  "read",
  "file",
  "current",
  "with",
  "find",
  "make",
]);
const MAX_ECHO = 400;

/** What the simulated model says to a request; the same request always gets the same reply. */
export function chooseReply(request: JsonObject, model: SimModel, agentMode: boolean): ReplyPlan {
  const prompt = lastPrompt(request);
  const plan = forcedCalls(request, prompt) ??
    jsonReply(request) ??
    (agentMode ? agentPlan(request) : undefined) ??
    toolAnswer(request) ??
    invitedCalls(request, prompt) ??
    searchReply(request, prompt) ??
    imageReply(request, model) ??
    speechReply(model) ??
    plainReply(request, prompt);
  return plan.thought === "" ? { ...plan, thought: thoughtAbout(prompt) } : plan;
}

function thoughtAbout(prompt: string): string {
  return `**Considering the request**\n\nThe user wrote ${prompt.length} characters; a short answer will do.\n\n\n`;
}

/** The text of the last user content with text. */
function lastPrompt(request: JsonObject): string {
  const contents = asObjects(request["contents"]);
  const content = contents[currentTurnStart(contents) - 1] ?? contents.at(-1);
  const texts = asObjects(content?.["parts"]).map((part) => asText(part["text"]) ?? "").filter((text) =>
    text !== ""
  );
  return texts.join("\n");
}

function callingConfig(request: JsonObject): { readonly mode: string; readonly allowed: readonly Json[] } {
  const config = asObject(asObject(request["toolConfig"])?.["functionCallingConfig"]);
  return { mode: asText(config?.["mode"]) ?? "AUTO", allowed: asList(config?.["allowedFunctionNames"]) };
}

function callOf(declaration: JsonObject, serial: number): PlannedCall {
  const schema = declaration["parametersJsonSchema"] ?? declaration["parameters"];
  const args = asObject(schemaValue(schema, (name, property) => {
    const plain = serial > 0 && (asText(property["type"]) ?? "").toLowerCase() === "string" &&
      property["enum"] === undefined;
    return plain ? `sample ${name} ${serial + 1}` : undefined;
  })) ?? {};
  return { name: asText(declaration["name"]) ?? "", args };
}

function callsFor(declarations: readonly JsonObject[], prompt: string): ReplyPlan {
  const first = declarations[0];
  const many = /parallel/i.test(prompt);
  const chosen = many && first ? [first, declarations[1] ?? first] : declarations.slice(0, 1);
  return { text: "", calls: chosen.map(callOf), thought: "" };
}

function forcedCalls(request: JsonObject, prompt: string): ReplyPlan | undefined {
  const { mode, allowed } = callingConfig(request);
  if (mode !== "ANY") return undefined;
  const offered = declarationsOf(request).filter(({ name }) =>
    allowed.length === 0 || allowed.includes(name ?? null)
  );
  const named = offered.filter(({ name }) => prompt.includes(String(name)));
  return callsFor(named.length > 0 ? named : offered, prompt);
}

function invitedCalls(request: JsonObject, prompt: string): ReplyPlan | undefined {
  const declarations = declarationsOf(request);
  const { mode, allowed } = callingConfig(request);
  if (mode === "NONE" || declarations.length === 0 || declarations.length > FEW_TOOLS) return undefined;
  const offered = declarations.filter(({ name }) => allowed.length === 0 || allowed.includes(name ?? null));
  const words = prompt.toLowerCase();
  const meant = offered.filter(({ name }) =>
    prompt.includes(String(name)) || nameWords(String(name)).some((word) => words.includes(word))
  );
  return meant.length > 0 ? callsFor(meant, prompt) : undefined;
}

function nameWords(name: string): readonly string[] {
  const words = name.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase().split(/[^a-z]+/);
  return words.filter((word) => word.length >= 4 && !COMMON_WORDS.has(word));
}

function toolAnswer(request: JsonObject): ReplyPlan | undefined {
  const last = asObjects(request["contents"]).at(-1);
  const responses = last ? responsesOf(last) : [];
  if (responses.length === 0) return undefined;
  const said = responses.map((part) => asObject(part["functionResponse"])).map((response) =>
    `${asText(response?.["name"]) ?? "The tool"} answered: ${outputText(response?.["response"])}`
  );
  return textPlan(said.join("\n"));
}

function jsonReply(request: JsonObject): ReplyPlan | undefined {
  const config = asObject(request["generationConfig"]) ?? {};
  const mime = asText(config["responseMimeType"]);
  if (mime !== "application/json" && mime !== "text/x.enum") return undefined;
  const schema = config["responseSchema"] ?? config["responseJsonSchema"] ?? config["_responseJsonSchema"];
  const value = schema === undefined ? { answer: "ok" } : schemaValue(schema);
  return textPlan(typeof value === "string" && mime === "text/x.enum" ? value : JSON.stringify(value));
}

function searchReply(request: JsonObject, prompt: string): ReplyPlan | undefined {
  if (!asObjects(request["tools"]).some((tool) => tool["googleSearch"] !== undefined)) return undefined;
  const text = "According to the simulated search, the answer is on example.com.";
  return {
    ...textPlan(text),
    grounding: {
      webSearchQueries: [prompt.slice(0, 80)],
      searchEntryPoint: { renderedContent: "<div>example.com</div>" },
      groundingChunks: [{ web: { uri: "https://example.com/", title: "example.com" } }],
      groundingSupports: [{
        segment: { startIndex: 0, endIndex: text.length, text },
        groundingChunkIndices: [0],
      }],
    },
  };
}

function imageReply(request: JsonObject, model: SimModel): ReplyPlan | undefined {
  const modalities = asList(asObject(request["generationConfig"])?.["responseModalities"]);
  if (!model.image || (modalities.length > 0 && !modalities.includes("IMAGE"))) return undefined;
  return { ...textPlan("Here is your image."), image: PIXEL };
}

/** A model that only speaks gives a second of silence for whatever it is told. */
function speechReply(model: SimModel): ReplyPlan | undefined {
  return model.name.includes("-tts") ? { ...textPlan(""), speech: SILENCE } : undefined;
}

const SILENCE = btoa("\0".repeat(48_000));

function plainReply(request: JsonObject, prompt: string): ReplyPlan {
  const exact = /(?:reply|answer|respond|say) (?:with )?exactly[: ]+["'`]?([^\n"'`]+)/i.exec(prompt)?.[1];
  if (exact !== undefined && !/^the (text|content)/i.test(exact)) return textPlan(exact.trim());
  const system = asObjects(asObject(request["systemInstruction"])?.["parts"]).map((part) =>
    asText(part["text"]) ?? ""
  );
  if (/\btitle\b/i.test(system.join("\n")) && declarationsOf(request).length === 0) {
    return textPlan("Simulated session");
  }
  return textPlan(`You said: ${prompt.slice(0, MAX_ECHO)}`);
}
