import { failed, MODEL_LOCK, type Rule, type Seen } from "./failure_rule.ts";

/** `models/x is not found for API version v1beta, or is not supported for generateContent`. */
const MODEL_REGEXP =
  /^models\/\S+ is not found|is not supported for \w+\. call listmodels|^requested entity was not found|^model .*not found/i;
const RESOURCE_REGEXP = /cached ?content|\bfiles?\b/i;

function missing(seen: Seen) {
  return failed(seen, {
    class: "model_gone",
    scope: "credential_model",
    until: seen.now + MODEL_LOCK,
    code: "model_not_found",
    param: "model",
    message:
      `The model ${seen.model} does not exist for this key or does not take this kind of call; check the name against the model list.`,
  });
}

/** 404: the model, which one key alone may lack, so only key and model are set aside; or a file or cache of the caller. */
export const notFoundRule: Rule = (seen) => {
  const { error, status } = seen;
  if ((status !== 404 && error.status !== "NOT_FOUND") || error.form !== "json") return undefined;
  if (MODEL_REGEXP.test(error.message)) return missing(seen);
  if (!RESOURCE_REGEXP.test(error.message)) return undefined;
  return failed(seen, {
    class: "caller_fault",
    scope: "request",
    code: "not_found",
    message:
      "Google does not find the file or cached content that the request names; it may have ended or belong to another key.",
  });
};

/** 403 for a model or a file alone; the key goes on serving everything else. */
export const modelAccessRule: Rule = (seen) => {
  const { error, status } = seen;
  if (status !== 403 || !/permission to access|access to (the )?(tuned )?model/i.test(error.message)) {
    return undefined;
  }
  if (RESOURCE_REGEXP.test(error.message)) {
    return failed(seen, {
      class: "caller_fault",
      scope: "request",
      code: "permission_denied",
      message: "Google does not let this key read the file or cached content that the request names.",
    });
  }
  return failed(seen, {
    class: "not_on_tier",
    scope: "credential_model",
    until: seen.now + MODEL_LOCK,
    code: "model_not_on_tier",
    param: "model",
    message: `Google does not let this key use the model ${seen.model}.`,
  });
};
