import type { Content, GeminiRequest, Part, Tool } from "../gemini/mod.ts";

/** Pictures are a kind of request of their own, for Google's client and for its quota. */
export const isImageModel = (model: string): boolean => /-image(?:-|$)/.test(model);

const DATA_FIELDS = [
  "text",
  "inlineData",
  "fileData",
  "functionCall",
  "functionResponse",
  "executableCode",
  "codeExecutionResult",
  "toolCall",
  "toolResponse",
] as const;

/** Each part needs one data field and each turn one part, else the whole request is refused. */
export function fullContents(contents: readonly Content[]): readonly Content[] {
  return contents.flatMap(({ role, parts }) => {
    const full = parts.filter(hasData);
    return full.length === 0 ? [] : [{ role, parts: full }];
  });
}

function hasData(part: Part): boolean {
  return DATA_FIELDS.some((field) => part[field] !== undefined);
}

/** All functions in one declaration list; with functions, the built-in tools that cannot stand beside them are left out. */
function onlyFunctions(tools: readonly Tool[] | undefined): readonly Tool[] | undefined {
  const functionDeclarations = (tools ?? []).flatMap((tool) => tool.functionDeclarations ?? []);
  return functionDeclarations.length === 0 ? tools : [{ functionDeclarations }];
}

/** What both sources take of a request; its other fields belong to the public API alone. */
export function innerRequest(request: GeminiRequest) {
  const { systemInstruction, generationConfig } = request;
  const tools = onlyFunctions(request.tools);
  const { includeServerSideToolInvocations: _, ...toolConfig } = request.toolConfig ?? {};
  return {
    contents: fullContents(request.contents),
    ...(systemInstruction === undefined
      ? {}
      : { systemInstruction: { role: "user", parts: systemInstruction.parts.filter(hasData) } }),
    ...(tools === undefined || tools.length === 0 ? {} : { tools }),
    ...(Object.keys(toolConfig).length === 0 || tools === undefined || tools.length === 0
      ? {}
      : { toolConfig }),
    ...(generationConfig === undefined ? {} : { generationConfig }),
  };
}
/** The request inside an envelope. */
export type InnerRequest = ReturnType<typeof innerRequest>;
