import {
  err,
  type Failure,
  invalidRequest,
  isObject,
  type Json,
  type JsonObject,
  ok,
  type Result,
} from "../../../core/mod.ts";
import { imageConfigOf, mimeOf, type Part } from "../../../gemini/mod.ts";
import { parseJson, readBody } from "../../read_body.ts";
import { json } from "../answer_turn.ts";
import type { ProxyDeps, RequestContext } from "../proxy_deps.ts";
import { replyHeaders } from "../reply_headers.ts";
import { type Asked, askMethod, askWhole, beginQuestion, mediumOf, nothingGiven } from "./ask_model.ts";
import { readFormBody } from "./form_body.ts";

const KIND = "image";
/** A picture's address is good for this long, as OpenAI's is. */
const KEEP_MS = 60 * 60 * 1000;
const MOST_PICTURES = 10;
const MOST_INPUTS = 16;
const RATIOS = ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"] as const;
const IMAGEN_RATIOS = ["1:1", "3:4", "4:3", "9:16", "16:9"] as const;

interface Wanted {
  readonly model: string;
  readonly prompt: string;
  readonly count: number;
  readonly size: string;
  readonly byUrl: boolean;
  readonly inputs: readonly Part[];
  readonly bytes: number;
  readonly warnings: readonly string[];
}

type Picture = { readonly mimeType: string; readonly data: string };

/** Serves POST /v1/images/generations. */
export async function generateImages(
  deps: ProxyDeps,
  requestContext: RequestContext,
): Promise<Response | Failure> {
  const bytes = await readBody(requestContext.request, deps.settings.maxBodyBytes);
  if (!bytes.ok) return bytes.error;
  const body = parseJson(bytes.value);
  if (!body.ok) return body.error;
  if (!isObject(body.value)) return invalidRequest("The body must be a JSON object");
  const root = body.value;
  const text = (name: string) => typeof root[name] === "string" ? root[name] : undefined;
  const wanted = read(deps, text, root["n"], bytes.value.byteLength, []);
  return wanted.ok ? await draw(deps, requestContext, wanted.value, "images.generate") : wanted.error;
}

/** Serves POST /v1/images/edits. */
export async function editImages(
  deps: ProxyDeps,
  requestContext: RequestContext,
): Promise<Response | Failure> {
  const form = await readFormBody(deps, requestContext);
  if (!form.ok) return form.error;
  const files = form.value.files("image");
  if (files.length === 0 || files.length > MOST_INPUTS) {
    return invalidRequest(`image is missing: send 1 to ${MOST_INPUTS} pictures in it`, { param: "image" });
  }
  const inputs: Part[] = [];
  for (const file of files) {
    const data = (await file.bytes()).toBase64();
    inputs.push({ inlineData: { mimeType: mimeOf(file.type, data), data } });
  }
  const warnings = form.value.files("mask").length > 0
    ? ["mask is not served: say in the prompt what is to change."]
    : [];
  const wanted = read(deps, form.value.text, form.value.text("n"), form.value.bytes, inputs, warnings);
  return wanted.ok ? await draw(deps, requestContext, wanted.value, "images.edit") : wanted.error;
}

function read(
  deps: ProxyDeps,
  text: (name: string) => string | undefined,
  n: unknown,
  bytes: number,
  inputs: readonly Part[],
  warnings: readonly string[] = [],
): Result<Wanted, Failure> {
  const prompt = text("prompt") ?? "";
  if (prompt === "") return err(invalidRequest("prompt is missing: say what to draw", { param: "prompt" }));
  const count = n === undefined || n === null ? 1 : Number(n);
  if (!Number.isInteger(count) || count < 1 || count > MOST_PICTURES) {
    return err(invalidRequest(`n must be a whole number between 1 and ${MOST_PICTURES}`, { param: "n" }));
  }
  const size = text("aspect_ratio") ?? text("size") ?? "auto";
  if (size !== "auto" && ratioOf(size, RATIOS) === undefined) {
    return err(
      invalidRequest("size must be auto, a width and height such as 1024x1024, or a ratio such as 16:9", {
        param: "size",
      }),
    );
  }
  const form = text("response_format") ?? "b64_json";
  if (form !== "b64_json" && form !== "url") {
    return err(invalidRequest("response_format must be b64_json or url", { param: "response_format" }));
  }
  const model = text("model") ?? imageModel(deps);
  if (model === undefined) {
    return err(invalidRequest("model is missing, and no key has a model that draws", { param: "model" }));
  }
  return ok({ model, prompt, count, size, byUrl: form === "url", inputs, bytes, warnings });
}

function imageModel(deps: ProxyDeps): string | undefined {
  return deps.catalog.list().find(({ id, methods }) =>
    /image/.test(id) && methods.includes("generateContent")
  )?.id;
}

/** The ratio that is closest to a size, of those that a model has. */
function ratioOf(size: string, ratios: readonly string[]): string | undefined {
  const [, width, height] = /^(\d{1,5})\s*[x:×]\s*(\d{1,5})$/.exec(size) ?? [];
  if (width === undefined || height === undefined || Number(height) === 0 || Number(width) === 0) {
    return undefined;
  }
  const wanted = Math.log(Number(width) / Number(height));
  const distance = (ratio: string) => {
    const [a, b] = ratio.split(":").map(Number);
    return Math.abs(Math.log(a! / b!) - wanted);
  };
  return ratios.reduce((best, ratio) => distance(ratio) < distance(best) ? ratio : best);
}

async function draw(
  deps: ProxyDeps,
  requestContext: RequestContext,
  wanted: Wanted,
  operation: string,
): Promise<Response | Failure> {
  const asked = await beginQuestion(deps, requestContext, {
    model: wanted.model,
    dialect: "openai_images",
    operation,
    bytes: wanted.bytes,
  });
  if (!asked.ok) return asked.error;
  const { trace, targets: [{ id }] } = asked.value;
  trace.warnings.push(...wanted.warnings);
  const drawn = /^imagen/.test(id)
    ? await withImagen(deps, requestContext, asked.value, wanted)
    : await withGemini(deps, requestContext, asked.value, wanted);
  if (!drawn.ok) {
    trace.record(drawn.error.status, drawn.error);
    return drawn.error;
  }
  const data: Json[] = [];
  for (const picture of drawn.value) {
    data.push(wanted.byUrl ? { url: await keep(deps, requestContext, picture) } : { b64_json: picture.data });
  }
  const headers = replyHeaders(trace, deps.ports.clock.now());
  trace.record(200);
  const { promptTokens = 0, candidatesTokens = 0, totalTokens = 0 } = trace.usage ?? {};
  return json({
    created: Math.floor(requestContext.at / 1000),
    data,
    output_format: drawn.value[0]?.mimeType.split("/")[1] ?? "png",
    usage: {
      input_tokens: promptTokens,
      output_tokens: candidatesTokens,
      total_tokens: totalTokens,
      input_tokens_details: { text_tokens: promptTokens, image_tokens: 0 },
    },
  }, headers);
}

async function withImagen(
  deps: ProxyDeps,
  requestContext: RequestContext,
  asked: Asked,
  { prompt, count, size, inputs }: Wanted,
): Promise<Result<readonly Picture[], Failure>> {
  if (inputs.length > 0) {
    return err(
      invalidRequest("Imagen edits no pictures through this API: name a Gemini image model", {
        param: "model",
      }),
    );
  }
  const aspectRatio = ratioOf(size, IMAGEN_RATIOS);
  const reply = await askMethod(deps, requestContext, asked, "predict", {
    instances: [{ prompt }],
    parameters: { sampleCount: Math.min(4, count), ...(aspectRatio === undefined ? {} : { aspectRatio }) },
  });
  if (!reply.ok) return reply;
  const predictions = Array.isArray(reply.value["predictions"]) ? reply.value["predictions"] : [];
  const pictures = predictions.flatMap((one): readonly Picture[] =>
    isObject(one) && typeof one["bytesBase64Encoded"] === "string"
      ? [{ mimeType: String(one["mimeType"] ?? "image/png"), data: one["bytesBase64Encoded"] }]
      : []
  );
  return pictures.length === 0 ? err(nothingGiven(reply.value, "picture")) : ok(pictures);
}

async function withGemini(
  deps: ProxyDeps,
  requestContext: RequestContext,
  asked: Asked,
  { prompt, count, size, inputs }: Wanted,
): Promise<Result<readonly Picture[], Failure>> {
  const byRatio = ratioOf(size, RATIOS);
  const { aspectRatio = byRatio, ...more } = imageConfigOf(size) ?? {};
  // Before the third generation pictures have a single size.
  const sized = /^gemini-(?:[3-9]|\d\d)/.test(asked.targets[0].id) ? more : {};
  const request = {
    contents: [{ role: "user" as const, parts: [...inputs, { text: prompt }] }],
    generationConfig: {
      responseModalities: ["TEXT", "IMAGE"],
      ...(aspectRatio === undefined ? {} : { imageConfig: { aspectRatio, ...sized } }),
    },
  };
  const replies = await Promise.all(
    Array.from({ length: count }, () => askWhole(deps, requestContext, asked, request)),
  );
  const pictures: Picture[] = [];
  for (const reply of replies) {
    if (!reply.ok) return reply;
    const picture = mediumOf(reply.value);
    if (picture === undefined) return err(nothingGiven(reply.value, "picture"));
    pictures.push(picture);
  }
  return ok(pictures);
}

/** Keeps a picture for a while under an address that nobody can guess. */
async function keep(deps: ProxyDeps, requestContext: RequestContext, picture: Picture): Promise<string> {
  const id = deps.ports.newId("img_");
  await deps.store.expiring.put(KIND, id, { ...picture } as JsonObject, KEEP_MS);
  return `${requestContext.target.url.origin}/v1/images/files/${id}`;
}

/** Serves GET /v1/images/files/{id}: knowing the address is the authorisation. */
export async function servePicture(deps: ProxyDeps, id: string): Promise<Response | Failure> {
  const kept = await deps.store.expiring.get(KIND, id);
  if (!isObject(kept) || typeof kept["data"] !== "string") {
    return invalidRequest("This picture is not here any more: its address was good for an hour", {
      status: 404,
      code: "not_found",
    });
  }
  const type = String(kept["mimeType"] ?? "");
  return new Response(Uint8Array.fromBase64(kept["data"]), {
    headers: {
      "content-type": /^image\/(?:png|jpeg|webp|gif)$/.test(type) ? type : "application/octet-stream",
      "cache-control": "private, max-age=3600",
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; sandbox",
    },
  });
}
