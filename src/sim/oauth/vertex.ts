import { isObject } from "../../core/mod.ts";
import { badRequest, googleError, notFound, unauthenticated, unknownName } from "./errors.ts";
import { hostTrouble } from "./trouble.ts";
import type { OAuthState } from "./oauth_state.ts";
import { eventStream, turnChunks, VERTEX_MODELS, wholeTurn } from "./turn_answer.ts";

const CALL_REGEXP =
  /^\/v1(?:beta1)?\/projects\/([^/]+)\/locations\/([^/]+)\/publishers\/google\/models\/([^/:]+):(\w+)$/;
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  generateContent: [
    "contents",
    "systemInstruction",
    "tools",
    "toolConfig",
    "safetySettings",
    "generationConfig",
    "cachedContent",
    "labels",
  ],
  countTokens: ["contents", "systemInstruction", "tools", "generationConfig", "model", "instances"],
};

/** One request to Vertex AI. Service accounts reach their own project only. */
export function vertex(state: OAuthState, request: Request, path: string, body: unknown): Response {
  const fault = hostTrouble(state.hostFaults.get("vertex"));
  if (fault !== undefined) return fault;
  const bearer = state.bearer(request);
  if (bearer === undefined || request.headers.has("x-goog-api-key")) return unauthenticated();
  if (request.method === "GET" && path === "/v1beta1/publishers/google/models") return listModels(request);
  const [, project = "", , model = "", method = ""] = CALL_REGEXP.exec(path) ?? [];
  if (request.method !== "POST" || !isObject(body)) return notFound();
  const owner = state.serviceAccounts.get(bearer.email);
  if (owner !== undefined && owner.project !== project) {
    return googleError(403, {
      status: "PERMISSION_DENIED",
      message: "Permission 'aiplatform.endpoints.predict' denied on resource (or it may not exist).",
      reason: "IAM_PERMISSION_DENIED",
      domain: "aiplatform.googleapis.com",
    });
  }
  if (!(VERTEX_MODELS as readonly string[]).includes(model)) return publisherNotFound(project, model);
  const stranger = Object.keys(body).find((name) => !fieldsOf(method).includes(name));
  if (stranger !== undefined) return unknownName(stranger, "");
  if (!Array.isArray(body["contents"]) || body["contents"].length === 0) {
    return badRequest("contents is not specified");
  }
  const facts = { model, host: "vertex", project, request: body, traceId: state.mint("trace-") };
  switch (method) {
    case "countTokens":
      return Response.json({ totalTokens: Math.ceil(JSON.stringify(body["contents"]).length / 4) });
    case "generateContent":
      return Response.json(wholeTurn(facts));
    case "streamGenerateContent":
      return new URL(request.url).searchParams.get("alt") === "sse"
        ? eventStream(turnChunks(facts))
        : Response.json(turnChunks(facts));
    default:
      return notFound();
  }
}

function fieldsOf(method: string): readonly string[] {
  return FIELDS[method === "streamGenerateContent" ? "generateContent" : method] ?? [];
}

function publisherNotFound(project: string, model: string): Response {
  const name = `projects/${project}/locations/global/publishers/google/models/${model}`;
  return googleError(404, {
    status: "NOT_FOUND",
    message: `Publisher Model \`${name}\` was not found or your project does not have access to it.`,
  });
}

/** Two a page, so that pages must be followed. */
function listModels(request: Request): Response {
  const asked = new URL(request.url).searchParams;
  const from = Number(asked.get("pageToken") ?? "0");
  const publisherModels = VERTEX_MODELS.slice(from, from + 2).map((id) => ({
    name: `publishers/google/models/${id}`,
  }));
  const next = from + 2 < VERTEX_MODELS.length ? { nextPageToken: String(from + 2) } : {};
  return Response.json({ publisherModels, ...next });
}
