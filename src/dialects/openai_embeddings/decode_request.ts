import { err, type Failure, isObject, ok, type Result } from "../../core/mod.ts";
import { parseDataUrl } from "../../gemini/mod.ts";
import type { ClientCall, DecodeInput, EmbedCall } from "../contract.ts";
import { FieldReader } from "../field_reader.ts";
import { type FieldNames, names, unknownFields } from "../unknown.ts";

/** Facts about the request that the encoder of embeddings needs. */
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
  const inputs = decodeInputs(root.input, /embedding-2/.test(input.target.id), fields);
  const format = decodeFormat(root.encoding_format, fields);
  const embed = { inputs, ...decodeOptions(root, fields) };
  if (fields.failure !== undefined) return err(fields.failure);
  return ok({
    operation: "embed",
    request: { contents: [] },
    embed,
    stream: false,
    context: { model, format },
    warnings: unknownFields(root, undefined, EMBEDDING_FIELDS),
    remoteMedia: [],
    missingSignatures: [],
    fanOut: 1,
    extraStops: [],
    oneToolCall: false,
    session: (input.headers.get("x-session-id") ?? "").slice(0, 128),
  });
}

type Inputs = EmbedCall["inputs"];

function decodeInputs(value: unknown, multimodal: boolean, fields: FieldReader): Inputs {
  const list = typeof value === "string" || isObject(value) ? [value] : fields.list(value, "input");
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
    const at = Array.isArray(value) ? `input[${index}]` : "input";
    const medium = mediumOf(entry, at, multimodal, fields);
    if (medium !== undefined) return medium;
    const words = isObject(entry) && typeof entry.text === "string" ? entry.text : entry;
    const text = fields.string(words, at).toWellFormed();
    if (entry === "") fields.refuse(at, `${at} must not be an empty text.`);
    return text;
  });
}

/** A picture or recording as a data URL, bare or in the form of a content part; undefined for a text. */
function mediumOf(
  entry: unknown,
  at: string,
  multimodal: boolean,
  fields: FieldReader,
): Inputs[number] | undefined {
  const image = isObject(entry) ? entry.image_url ?? entry.image : undefined;
  const url = isObject(image) ? image.url : image ?? entry;
  if (typeof url !== "string" || !/^data:/i.test(url)) return undefined;
  const data = parseDataUrl(url);
  if (data?.kind !== "blob") return undefined;
  if (multimodal) return { inlineData: data.blob };
  fields.refuse(at, `This model embeds texts alone; ${at} is ${data.blob.mimeType}. Use gemini-embedding-2.`);
  return "";
}

/** Names that other services give the use of a vector. */
const USES: ReadonlyMap<string, string> = new Map([
  ["query", "RETRIEVAL_QUERY"],
  ["search_query", "RETRIEVAL_QUERY"],
  ["document", "RETRIEVAL_DOCUMENT"],
  ["passage", "RETRIEVAL_DOCUMENT"],
  ["search_document", "RETRIEVAL_DOCUMENT"],
  ["classification", "CLASSIFICATION"],
  ["clustering", "CLUSTERING"],
]);

const EMBEDDING_FIELDS: FieldNames = {
  body: names(
    "model input dimensions encoding_format user extra_body google task_type taskType title input_type",
    "output_dimensionality outputDimensionality",
  ),
  unserved: {},
  nested: new Set(),
};

function decodeFormat(value: unknown, fields: FieldReader): EmbeddingsContext["format"] {
  const format = fields.optionalString(value, "encoding_format") ?? "float";
  if (format === "float" || format === "base64") return format;
  fields.refuse("encoding_format", `Invalid encoding_format: ${format}. Use float or base64.`);
  return "float";
}

function decodeOptions(root: Record<string, unknown>, fields: FieldReader): Omit<EmbedCall, "inputs"> {
  const extra = isObject(root.extra_body) ? root.extra_body : {};
  const nested = isObject(extra.extra_body) ? extra.extra_body : {};
  const said = [nested.google, extra.google, extra, root.google, root].filter(isObject)
    .reduce<Record<string, unknown>>((all, one) => ({ ...all, ...one }), {});
  const wanted = said.dimensions ?? said.output_dimensionality ?? said.outputDimensionality;
  const dimensions = fields.optionalNumber(wanted, "dimensions", { min: 1 });
  if (dimensions !== undefined && !Number.isInteger(dimensions)) {
    fields.refuse("dimensions", `Invalid value for dimensions: ${dimensions}. It must be a whole number.`);
  }
  const use = typeof said.input_type === "string" ? USES.get(said.input_type.toLowerCase()) : undefined;
  const taskType = fields.optionalString(said.task_type ?? said.taskType ?? use, "task_type");
  const title = fields.optionalString(said.title, "title");
  return {
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(taskType === undefined ? {} : { taskType: taskType.toUpperCase() }),
    ...(title === undefined ? {} : { title }),
  };
}
