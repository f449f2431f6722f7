import type { Json, JsonObject } from "../core/mod.ts";
import { isObject } from "../core/mod.ts";
import { invalid, type Rejection } from "./errors.ts";
import { asList, asObject, asObjects, asText } from "./json_read.ts";
import type { SimModel } from "./models.ts";
import { checkJsonSchema, checkSchema } from "./validate_schema.ts";

const NAME_REGEXP = /^[A-Za-z_][A-Za-z0-9_.:-]{0,127}$/;
const MAX_DECLARATIONS = 512;
/** Beyond this sum of maxItems over all schemas the service answers with a bare 400. */
const MAX_ITEMS_BUDGET = 960;

export function declarationsOf(request: JsonObject): readonly JsonObject[] {
  return asObjects(request["tools"]).flatMap((tool) => asObjects(tool["functionDeclarations"]));
}

function hasBuiltIn(request: JsonObject): boolean {
  return asObjects(request["tools"]).some((tool) =>
    Object.keys(tool).some((key) => key !== "functionDeclarations")
  );
}

/** Checks declarations, their schemas, and which tools may be combined. */
export function checkTools(request: JsonObject, model: SimModel): Rejection | undefined {
  const declarations = declarationsOf(request);
  if (declarations.length > 0 && !model.tools) {
    return invalid(`Function calling is not enabled for models/${model.name}`);
  }
  return checkMix(request, model, declarations.length > 0) ??
    checkItemsBudget(request, declarations) ??
    checkDeclarations(request) ??
    checkConfig(request, declarations, model);
}

function checkMix(request: JsonObject, model: SimModel, functions: boolean): Rejection | undefined {
  if (!functions || !hasBuiltIn(request)) return undefined;
  if (model.mixTools && asObject(request["toolConfig"])?.["includeServerSideToolInvocations"] === true) {
    return undefined;
  }
  return invalid(
    model.mixTools
      ? "Please enable tool_config.include_server_side_tool_invocations to use Built-in tools with Function calling."
      : "Built-in tools ({google_search}) and Function Calling cannot be combined in the same request. " +
        "Please choose one of the tools.",
  );
}

function checkDeclarations(request: JsonObject): Rejection | undefined {
  const seen = new Set<string>();
  for (const [tool, entry] of asObjects(request["tools"]).entries()) {
    for (const [index, declaration] of asObjects(entry["functionDeclarations"]).entries()) {
      const problem = checkDeclaration(declaration, `tools[${tool}].function_declarations[${index}]`);
      if (problem) return problem;
      const name = asText(declaration["name"]) ?? "";
      if (seen.has(name)) return invalid(`Duplicate function declaration found: ${name}`);
      seen.add(name);
    }
  }
  return seen.size > MAX_DECLARATIONS ? invalid("Request contains an invalid argument.") : undefined;
}

function checkDeclaration(declaration: JsonObject, path: string): Rejection | undefined {
  const name = asText(declaration["name"]) ?? "";
  const field = `GenerateContentRequest.${path}`;
  if (!NAME_REGEXP.test(name)) {
    return invalid(
      `* ${field}.name: [FIELD_INVALID] Invalid function name. Must start with a letter or an underscore. Must be ` +
        "alphameric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:) or dashes (-), with a maximum length of 128.\n",
    );
  }
  const both = declaration["parameters"] !== undefined && declaration["parametersJsonSchema"] !== undefined;
  if (both) {
    return invalid(
      `* ${field}: only one of 'parameters' and 'parameters_json_schema' may be set at the same time.\n`,
    );
  }
  const parameters = asObject(declaration["parameters"]);
  if (parameters) return checkSchema(parameters, `${field}.parameters`);
  const raw = declaration["parametersJsonSchema"];
  return raw === undefined
    ? undefined
    : checkJsonSchema(raw, { path: `${field}.parameters_json_schema`, functionName: name });
}

function checkConfig(
  request: JsonObject,
  declarations: readonly JsonObject[],
  model: SimModel,
): Rejection | undefined {
  const config = asObject(asObject(request["toolConfig"])?.["functionCallingConfig"]);
  if (!config) return undefined;
  if (declarations.length === 0) {
    // Recorded: Gemini 3 takes the configuration when it has built-in tools to call.
    return model.mixTools && hasBuiltIn(request)
      ? undefined
      : invalid("Function calling config is set without function_declarations.");
  }
  const allowed = asList(config["allowedFunctionNames"]);
  const mode = asText(config["mode"]) ?? "AUTO";
  if (allowed.length > 0 && mode !== "ANY" && mode !== "VALIDATED") {
    return invalid("Please set allowed_function_names only when function calling mode is ANY or VALIDATED.");
  }
  const names = new Set(declarations.map((declaration) => declaration["name"]));
  const unknown = allowed.find((name) => !names.has(name));
  if (unknown === undefined) return undefined;
  return invalid(
    `* GenerateContentRequest.tool_config.function_calling_config.allowed_function_names: ${unknown} is not in the ` +
      "function declarations\n",
  );
}

function checkItemsBudget(request: JsonObject, declarations: readonly JsonObject[]): Rejection | undefined {
  const config = asObject(request["generationConfig"]);
  const schemas = [
    ...declarations.map((declaration) => declaration["parametersJsonSchema"]),
    config?.["responseJsonSchema"],
  ];
  const sum = schemas.reduce<number>((total, schema) => total + sumMaxItems(schema), 0);
  return sum > MAX_ITEMS_BUDGET ? invalid("Request contains an invalid argument.") : undefined;
}

function sumMaxItems(schema: Json | undefined): number {
  if (Array.isArray(schema)) {
    return schema.reduce<number>((sum, entry) => sum + sumMaxItems(entry as Json), 0);
  }
  if (!isObject(schema)) return 0;
  let sum = typeof schema["maxItems"] === "number" ? schema["maxItems"] : 0;
  for (const value of Object.values(schema)) if (typeof value === "object") sum += sumMaxItems(value as Json);
  return sum;
}
