import { err, type Failure, isObject, ok, type Result } from "../../core/mod.ts";
import type { ClientCall, DecodeInput, EmbedCall } from "../contract.ts";
import { FieldReader } from "../field_reader.ts";

/** What the encoder of embeddings must know of the request. */
export interface EmbeddingsContext {
  /** The model as the client wrote it. */
  readonly model: string;
  readonly format: "float" | "base64";
}

/** Decodes a body of /v1/embeddings. Beside OpenAI's fields it takes Google's `task_type` and `title`. */
export function decodeRequest(
  body: unknown,
  input: DecodeInput,
): Result<ClientCall<EmbeddingsContext>, Failure> {
  const fields = new FieldReader();
  const root = fields.object(body, "body");
  const model = fields.string(root.model, "model");
  const inputs = decodeInputs(root.input, fields);
  const format = decodeFormat(root.encoding_format, fields);
  const embed = { inputs, ...decodeOptions(root, fields) };
  if (fields.failure !== undefined) return err(fields.failure);
  return ok({
    operation: "embed",
    request: { contents: [] },
    embed,
    stream: false,
    context: { model, format },
    warnings: [],
    remoteMedia: [],
    missingSignatures: [],
    fanOut: 1,
    extraStops: [],
    oneToolCall: false,
    session: (input.headers.get("x-session-id") ?? "").slice(0, 128),
  });
}

function decodeInputs(value: unknown, fields: FieldReader): readonly string[] {
  const list = typeof value === "string" ? [value] : fields.list(value, "input");
  if (Array.isArray(value) && list.length === 0) {
    fields.refuse("input", "input must not be empty. Send at least one text.");
  }
  if (list.some((entry) => typeof entry === "number" || Array.isArray(entry))) {
    fields.refuse(
      "input",
      "input holds token ids, which only their own tokenizer can read. Send texts instead " +
        "(in LangChain: check_embedding_ctx_length=False).",
    );
    return [];
  }
  return list.map((entry, index) => {
    const at = typeof value === "string" ? "input" : `input[${index}]`;
    const text = fields.string(entry, at).toWellFormed();
    if (entry === "") fields.refuse(at, `${at} must not be an empty text.`);
    return text;
  });
}

function decodeFormat(value: unknown, fields: FieldReader): EmbeddingsContext["format"] {
  const format = fields.optionalString(value, "encoding_format") ?? "float";
  if (format === "float" || format === "base64") return format;
  fields.refuse("encoding_format", `Invalid encoding_format: ${format}. Use float or base64.`);
  return "float";
}

function decodeOptions(root: Record<string, unknown>, fields: FieldReader): Omit<EmbedCall, "inputs"> {
  const extra = isObject(root.extra_body) ? root.extra_body : {};
  const dimensions = fields.optionalNumber(root.dimensions, "dimensions", { min: 1 });
  if (dimensions !== undefined && !Number.isInteger(dimensions)) {
    fields.refuse("dimensions", `Invalid value for dimensions: ${dimensions}. It must be a whole number.`);
  }
  const taskType = fields.optionalString(root.task_type ?? extra.task_type, "task_type");
  const title = fields.optionalString(root.title ?? extra.title, "title");
  return {
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(taskType === undefined ? {} : { taskType: taskType.toUpperCase() }),
    ...(title === undefined ? {} : { title }),
  };
}
