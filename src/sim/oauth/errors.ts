/** What an error of Google's says beside its code. */
export interface GoogleErrorFacts {
  readonly status: string;
  readonly message: string;
  readonly reason?: string;
  readonly domain?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly retryDelay?: string;
  readonly link?: string;
  readonly violations?: readonly { readonly field: string; readonly description: string }[];
}

const TYPE = "type.googleapis.com/google.rpc.";

/** An error reply in the shape of Google's APIs. */
export function googleError(code: number, facts: GoogleErrorFacts): Response {
  const details = [
    ...(facts.reason === undefined ? [] : [{
      "@type": `${TYPE}ErrorInfo`,
      reason: facts.reason,
      domain: facts.domain ?? "cloudcode-pa.googleapis.com",
      metadata: facts.metadata ?? {},
    }]),
    ...(facts.retryDelay === undefined
      ? []
      : [{ "@type": `${TYPE}RetryInfo`, retryDelay: facts.retryDelay }]),
    ...(facts.link === undefined
      ? []
      : [{ "@type": `${TYPE}Help`, links: [{ description: "Learn more", url: facts.link }] }]),
    ...(facts.violations === undefined
      ? []
      : [{ "@type": `${TYPE}BadRequest`, fieldViolations: facts.violations }]),
  ];
  const { status, message } = facts;
  const error = { code, message, status, ...(details.length === 0 ? {} : { details }) };
  return Response.json({ error }, { status: code });
}

export function badRequest(message: string, field?: string): Response {
  return googleError(400, {
    status: "INVALID_ARGUMENT",
    message,
    ...(field === undefined ? {} : { violations: [{ field, description: message }] }),
  });
}

/** The proto-JSON error for an unknown field. */
export function unknownName(name: string, at: string): Response {
  const message = `Invalid JSON payload received. Unknown name "${name}"${
    at === "" ? "" : ` at '${at}'`
  }: Cannot find field.`;
  return badRequest(message, at);
}

export function unauthenticated(): Response {
  return googleError(401, {
    status: "UNAUTHENTICATED",
    message:
      "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
    reason: "ACCESS_TOKEN_EXPIRED",
    domain: "googleapis.com",
  });
}

export function notFound(): Response {
  return googleError(404, { status: "NOT_FOUND", message: "Requested entity was not found." });
}

export function bare429(): Response {
  return googleError(429, {
    status: "RESOURCE_EXHAUSTED",
    message: "Resource has been exhausted (e.g. check quota).",
  });
}

/** RFC 6749, section 5.2. */
export function oauthError(status: number, error: string, description?: string): Response {
  return Response.json({ error, ...(description === undefined ? {} : { error_description: description }) }, {
    status,
  });
}
