import {
  declareFunctions,
  type GeminiRequest,
  type ModelCapabilities,
  type Tool,
  type ToolConfig,
} from "../gemini/mod.ts";

/** Tools that a client offers the model. */
export interface OfferedTools {
  readonly functions: Parameters<typeof declareFunctions>[0];
  /** Google's own tools. */
  readonly hosted: readonly Tool[];
  readonly calling?: ToolConfig["functionCallingConfig"];
}

/** The tool fields of a request, and whether function tools are in it. */
export interface ToolFields {
  readonly fields: Pick<GeminiRequest, "tools" | "toolConfig">;
  readonly hasFunctions: boolean;
  /** Functions whose arguments travel under `value`. */
  readonly wrapped: ReadonlySet<string>;
  readonly warnings: readonly string[];
}

/** Puts functions and Google's own tools together as far as the model takes them together. */
export function toolFields(offered: OfferedTools, capabilities: ModelCapabilities): ToolFields {
  const { functions, calling } = offered;
  const hasFunctions = functions.length > 0;
  if (!capabilities.tools) {
    const warnings = hasFunctions ? ["This model takes no tools; they were left out."] : [];
    return { fields: {}, hasFunctions: false, wrapped: new Set(), warnings };
  }
  const mixes = !hasFunctions || capabilities.mixesBuiltInTools;
  const hosted = mixes ? offered.hosted : [];
  const declared = declareFunctions(functions);
  const tools: Tool[] = [
    ...(hasFunctions ? [{ functionDeclarations: declared.declarations }] : []),
    ...hosted,
  ];
  const config: ToolConfig = {
    ...(hasFunctions && calling !== undefined ? { functionCallingConfig: calling } : {}),
    ...(hasFunctions && hosted.length > 0 ? { includeServerSideToolInvocations: true } : {}),
  };
  const left = hosted.length < offered.hosted.length
    ? ["Web and code tools were left out: this model does not take them beside functions."]
    : [];
  return {
    fields: {
      ...(tools.length === 0 ? {} : { tools }),
      ...(Object.keys(config).length === 0 ? {} : { toolConfig: config }),
    },
    hasFunctions,
    wrapped: declared.wrapped,
    warnings: [...left, ...declared.warnings],
  };
}
