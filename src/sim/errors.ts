import type { Json, JsonObject } from "../core/mod.ts";

/** A refusal as Google words it: the HTTP status and the `error` object of the body. */
export interface Rejection {
  readonly status: number;
  readonly error: JsonObject;
}

const RPC = "type.googleapis.com/google.rpc.";
const SERVICE = "generativelanguage.googleapis.com";

const STATUS_WORDS: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};

/** Builds a refusal; `word` replaces the status word that usually goes with the HTTP status. */
export function reject(status: number, message: string, details?: readonly Json[], word?: string): Rejection {
  return {
    status,
    error: {
      code: status,
      message,
      status: word ?? STATUS_WORDS[status] ?? "UNKNOWN",
      ...(details === undefined ? {} : { details }),
    },
  };
}

export function invalid(message: string): Rejection {
  return reject(400, message);
}

/** A field violation of google.rpc.BadRequest. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

/** The 400 of the JSON transcoder, which lists everything it found in one message. */
export function badPayload(violations: readonly FieldViolation[]): Rejection {
  return reject(400, violations.map((violation) => violation.description).join("\n"), [
    {
      "@type": RPC + "BadRequest",
      fieldViolations: violations.map(({ field, description }) =>
        field === "" ? { description } : { field, description }
      ),
    },
  ]);
}

function errorInfo(reason: string, metadata: JsonObject): JsonObject {
  return { "@type": RPC + "ErrorInfo", reason, domain: "googleapis.com", metadata };
}

function localized(message: string): JsonObject {
  return { "@type": RPC + "LocalizedMessage", locale: "en-US", message };
}

function withReason(status: number, reason: string, message: string, metadata: JsonObject): Rejection {
  return reject(status, message, [errorInfo(reason, metadata), localized(message)]);
}

export function keyInvalid(): Rejection {
  const message = "API key not valid. Please pass a valid API key.";
  return withReason(400, "API_KEY_INVALID", message, { service: SERVICE });
}

export function keyNotFound(): Rejection {
  const message = "API Key not found. Please pass a valid API key.";
  return withReason(400, "API_KEY_INVALID", message, { service: SERVICE });
}

export function keyExpired(): Rejection {
  const message = "API key expired. Please renew the API key.";
  return withReason(400, "API_KEY_INVALID", message, { service: SERVICE });
}

export function keyLeaked(): Rejection {
  return reject(403, "Your API key was reported as leaked. Please use another API key.");
}

/** The real body repeats the whole key in three places; so does this one. */
export function consumerSuspended(key: string, projectNumber: string): Rejection {
  const message = `Permission denied: Consumer 'api_key:${key}' has been suspended.`;
  return withReason(403, "CONSUMER_SUSPENDED", message, {
    consumer: `projects/${projectNumber}`,
    service: SERVICE,
    containerInfo: `api_key:${key}`,
  });
}

export function serviceDisabled(projectNumber: string): Rejection {
  const url = `https://console.developers.google.com/apis/api/${SERVICE}/overview?project=${projectNumber}`;
  const message =
    `Generative Language API has not been used in project ${projectNumber} before or it is disabled. ` +
    `Enable it by visiting ${url} then retry. If you enabled this API recently, wait a few minutes for the action ` +
    "to propagate to our systems and retry.";
  return reject(403, message, [
    errorInfo("SERVICE_DISABLED", {
      consumer: `projects/${projectNumber}`,
      service: SERVICE,
      serviceTitle: "Generative Language API",
      containerInfo: projectNumber,
      activationUrl: url,
    }),
    localized(message),
    { "@type": RPC + "Help", links: [{ description: "Google developers console API activation", url }] },
  ]);
}

export function serviceBlocked(projectNumber: string, method: string): Rejection {
  const methodName = `google.ai.generativelanguage.v1beta.GenerativeService.${method}`;
  const message = `Requests to this API ${SERVICE} method ${methodName} are blocked.`;
  return withReason(403, "API_KEY_SERVICE_BLOCKED", message, {
    consumer: `projects/${projectNumber}`,
    service: SERVICE,
    apiName: SERVICE,
    methodName,
  });
}

export function referrerBlocked(projectNumber: string, referrer: string | null): Rejection {
  const message = `Requests from referer ${referrer ?? "<empty>"} are blocked.`;
  return withReason(403, "API_KEY_HTTP_REFERRER_BLOCKED", message, {
    consumer: `projects/${projectNumber}`,
    service: SERVICE,
    httpReferrer: referrer ?? "<empty>",
  });
}

export function noKey(): Rejection {
  return reject(
    403,
    "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other " +
      "form of API consumer identity to call this API.",
  );
}

export function regionBlocked(): Rejection {
  return reject(400, "User location is not supported for the API use.", undefined, "FAILED_PRECONDITION");
}

export function modelNotFound(model: string, version: string, method: string): Rejection {
  return reject(
    404,
    `models/${model} is not found for API version ${version}, or is not supported for ${method}. ` +
      "Call ListModels to see the list of available models and their supported methods.",
  );
}

export function overloaded(): Rejection {
  return reject(503, "The model is overloaded. Please try again later.");
}

export function highDemand(): Rejection {
  return reject(
    503,
    "This model is currently experiencing high demand. Spikes in demand are usually temporary. Please try again later.",
  );
}

export function internal(): Rejection {
  return reject(
    500,
    "An internal error has occurred. Please retry or report in " +
      "https://developers.generativeai.google/guide/troubleshooting",
  );
}

export function permissionOnResource(kind: string, name: string): Rejection {
  return reject(403, `You do not have permission to access the ${kind} ${name} or it may not exist.`);
}
