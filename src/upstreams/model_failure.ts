import type { Failure } from "../core/mod.ts";
import { failed, type Rule, type Seen } from "./failure_rule.ts";

/** `models/x is not found for API version v1beta, or is not supported for generateContent`. */
const MODEL_REGEXP =
  /^models\/\S+ is not found|is not supported for \w+\. call listmodels|^requested entity was not found|^model .*not found/i;
const RESOURCE_REGEXP = /cached ?content|\bfiles?\b/i;

/**
 * The failure when the key lacks the model, or the model this method. Without a known model only the request is concerned.
 */
function missing(seen: Seen): Failure {
  return failed(seen, {
    class: "model_gone",
    scope: seen.model === "" ? "request" : "credential_model",
    stated: true,
    code: "model_not_found",
    param: "model",
    message: seen.model === ""
      ? "The model that the request names does not exist for this key or takes no such call; check its name."
      : `The model ${seen.model} does not exist for this key or does not take this kind of call; check the name against the model list.`,
  });
}

/** Sent instead of a turn: Google has withdrawn the model from this source, though its lists still name it. */
export const withdrawnRule: Rule = (seen) =>
  /is no longer available\. please switch to /i.test(seen.error.message)
    ? failed(seen, {
      class: "model_gone",
      scope: "credential_model",
      stated: true,
      status: 404,
      code: "model_withdrawn",
      param: "model",
      message: `Google no longer serves the model ${seen.model} through this source.`,
    })
    : undefined;

/** 404: the model, which only this key may lack, so only key and model get a cooldown; or a file or cache of the caller. */
export const notFoundRule: Rule = (seen) => {
  const { error, status } = seen;
  if ((status !== 404 && error.status !== "NOT_FOUND") || error.form !== "json") return undefined;
  const named = /^models?[/ ]/i.test(error.message);
  if (RESOURCE_REGEXP.test(error.message) || (seen.operation === "resource" && !named)) return lost(seen);
  return MODEL_REGEXP.test(error.message) ? missing(seen) : undefined;
};

function lost(seen: Seen): Failure {
  return failed(seen, {
    class: "invalid_request",
    scope: "request",
    code: "not_found",
    message:
      "Google does not find the file or cached content that the request names; it may have ended or belong to another key.",
  });
}

/** 403 for a model or a file alone; the key still serves everything else. */
export const modelAccessRule: Rule = (seen) => {
  const { error, status } = seen;
  if (status !== 403 || error.form !== "json") return undefined;
  if (RESOURCE_REGEXP.test(error.message)) {
    return failed(seen, {
      class: "invalid_request",
      scope: "request",
      code: "permission_denied",
      message: "Google does not let this key read the file or cached content that the request names.",
    });
  }
  if (!/permission to access|access to (the )?(tuned )?model/i.test(error.message)) return undefined;
  return failed(seen, {
    class: "not_on_tier",
    scope: "credential_model",
    stated: true,
    code: "model_not_on_tier",
    param: "model",
    message: `Google does not let this key use the model ${seen.model}; use another model or another key.`,
  });
};

/** A model only for projects with billing; sent with 400, although the request is valid. */
export const billedModelRule: Rule = (seen) =>
  (seen.status === 400 || seen.status === 403) && seen.error.form === "json" &&
    /only (accessible|available) (to|for) (billed|paid|paying)|requires? (a )?(billed|paid) (account|project|plan|tier)/i
      .test(seen.error.message)
    ? failed(seen, {
      class: "not_on_tier",
      scope: "credential_model",
      stated: true,
      code: "model_not_on_tier",
      param: "model",
      message:
        `Google serves the model ${seen.model} to projects with billing alone; use a key of one that has it.`,
    })
    : undefined;

/** A 403 that gives no reason: probably for this key and model, and probably passing, as nothing was disabled. */
export const bareForbiddenRule: Rule = (seen) =>
  seen.status === 403 && seen.error.form === "json"
    ? failed(seen, {
      class: "not_on_tier",
      scope: "credential_model",
      code: "permission_denied",
      message: `Google does not let this key call ${
        seen.model || "this"
      } and gives no reason; check the key's restrictions and project.`,
    })
    : undefined;
