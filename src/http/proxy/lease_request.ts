import { type CredentialId, type Operation, type SourceName, SOURCES } from "../../core/mod.ts";
import type { ResolvedModel } from "../../catalog/mod.ts";
import type { GeminiRequest } from "../../gemini/mod.ts";
import type { LeaseRequest } from "../../pool/contract.ts";
import type { ProxyDeps, RequestContext } from "./proxy_deps.ts";

/** The request to the pool before the first attempt. */
export type CallLeaseRequest = Omit<LeaseRequest, "tried">;
type Draft = { -readonly [Field in keyof CallLeaseRequest]: CallLeaseRequest[Field] };

interface NeedInput {
  readonly target: ResolvedModel;
  readonly operation: Operation;
  readonly inputTokens: number;
  readonly session: string;
  readonly counted: boolean;
  readonly request?: GeminiRequest;
  /** The source that the client's history names as the maker of its newest signature. */
  readonly signedBy?: string | undefined;
  /** Keys of the project that owns the resources named by the call: no others may serve it. */
  readonly among?: ReadonlySet<CredentialId>;
  readonly maxOutputTokens?: number | undefined;
  /** Metrics that a native body spends; for other calls they are read from the request. */
  readonly spends?: () => readonly string[];
}

/**
 * Makes the lease request. A tool loop stays at the source that made its signatures, and at its key while that
 * can serve; any other conversation only prefers its key, for Google's prompt cache.
 */
export function leaseRequestFor(
  deps: ProxyDeps,
  requestContext: RequestContext,
  input: NeedInput,
): CallLeaseRequest {
  const affinity = affinityOf(deps, input);
  const pinned = deps.pinOf?.(requestContext.request);
  const leaseRequest: Draft = {
    model: input.target.id,
    operation: input.operation,
    sources: sourcesOf(deps, input.target),
    inputTokens: input.inputTokens,
    session: input.session,
    client: requestContext.client.id,
    counted: input.counted,
  };
  const { request, spends } = input;
  if (spends !== undefined) leaseRequest.spends = spends;
  else if (request !== undefined) leaseRequest.spends = () => metricsOf(request);
  if (input.maxOutputTokens !== undefined) leaseRequest.maxOutputTokens = input.maxOutputTokens;
  if (pinned !== undefined) leaseRequest.pinned = pinned;
  if (input.among !== undefined) leaseRequest.among = input.among;
  if (affinity !== undefined) leaseRequest.affinity = affinity;
  return leaseRequest;
}

/**
 * Memory knows the key that signed; otherwise a returned signature still names its source. Strict only during a
 * tool loop: Google does not check the signatures of finished turns.
 */
function affinityOf(deps: ProxyDeps, input: NeedInput): CallLeaseRequest["affinity"] {
  const owner = input.request === undefined ? undefined : deps.signatures.ownerOf(input.request);
  const last = deps.settings.affinity && input.session !== ""
    ? deps.sessions.get(input.session, input.target.id)
    : undefined;
  if (!inLoop(input.request)) {
    const lean = last ?? (deps.settings.affinity ? owner : undefined);
    return lean === undefined
      ? undefined
      : { credential: lean.credential, source: lean.source, strict: false };
  }
  if (owner !== undefined) return { credential: owner.credential, source: owner.source, strict: true };
  const source = SOURCES.find((name) => name === input.signedBy);
  if (source !== undefined) {
    return last?.source === source ? { ...last, strict: true } : { source, strict: true };
  }
  return last === undefined ? undefined : { ...last, strict: false };
}

/** Google counts searches separately. */
function metricsOf({ tools }: GeminiRequest): readonly string[] {
  const searches = tools?.some((tool) =>
    Object.keys(tool).some((name) => /^(google(Search|Maps)|urlContext)/.test(name))
  );
  return searches === true ? ["grounding"] : [];
}

/** True when the last turn answers tool calls. */
function inLoop(request: GeminiRequest | undefined): boolean {
  return request?.contents.at(-1)?.parts.some(({ functionResponse }) => functionResponse !== undefined) ??
    false;
}

function sourcesOf(deps: ProxyDeps, target: ResolvedModel): readonly SourceName[] {
  const ordered = deps.settings.sourceOrder.filter((source) => target.sources.includes(source));
  return ordered.length > 0 ? ordered : deps.settings.sourceOrder;
}
