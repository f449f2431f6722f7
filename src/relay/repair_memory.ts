import type { Healing } from "../core/mod.ts";
import { DUMMY_SIGNATURE, fnvHash, type GeminiRequest, healRequest } from "../gemini/mod.ts";

/** How one call's request can be repaired after a refusal. */
export interface Repairs {
  /** Whether the request would be sent otherwise with one repair more; sent as it was, it is refused as it was. */
  changes(heal: Healing, already: readonly Healing[]): boolean;
  /** What of the request the repair is about: it is good for others with the same. */
  subject(heal: Healing): string;
  /** A repair helped. */
  helped?(heal: Healing): void;
}

/** What refusals have taught, so that the next call of the same kind is sent right at once. In memory: a restart asks anew. */
export interface RepairMemory {
  known(model: string, repairs: Repairs): readonly Healing[];
  learn(model: string, heals: readonly Healing[], repairs: Repairs): void;
  /** Repairs of a translated request. */
  of(request: GeminiRequest): Repairs;
  /** The request with a stand-in for each signature that was refused before. */
  withoutBadSignatures(request: GeminiRequest): GeminiRequest;
}

/** Models change; what one refused is tried again after this time. */
const KEEP_MS = 6 * 60 * 60 * 1000;
const MOST_LEARNED = 1_000;
const MOST_SIGNATURES = 5_000;

interface Learned {
  readonly model: string;
  readonly heal: Healing;
  readonly subject: string;
  readonly until: number;
}

export function createRepairMemory(clock: { now(): number }): RepairMemory {
  const byKey = new Map<string, Learned>();
  const models = new Map<string, number>();
  const badSignatures = new Set<string>();

  function forget(key: string): void {
    const { model } = byKey.get(key)!;
    byKey.delete(key);
    models.set(model, models.get(model)! - 1);
  }

  function learn(model: string, heals: readonly Healing[], repairs: Repairs): void {
    for (const heal of heals) {
      repairs.helped?.(heal);
      // What was wrong there is the conversation, not the model.
      if (SIGNATURES.has(heal.kind)) continue;
      const subject = repairs.subject(heal);
      const key = JSON.stringify([model, heal, subject]);
      if (byKey.has(key)) forget(key);
      byKey.set(key, { model, heal, subject, until: clock.now() + KEEP_MS });
      models.set(model, (models.get(model) ?? 0) + 1);
      if (byKey.size > MOST_LEARNED) forget(byKey.keys().next().value!);
    }
  }

  return {
    learn,
    known(model, repairs) {
      if ((models.get(model) ?? 0) === 0) return NOTHING;
      const found: Healing[] = [];
      for (const [key, one] of byKey) {
        if (one.model !== model) continue;
        if (one.until <= clock.now()) forget(key);
        else if (repairs.subject(one.heal) === one.subject) found.push(one.heal);
      }
      return found;
    },
    of: (request) => requestRepairs(request, badSignatures),
    withoutBadSignatures: (request) =>
      badSignatures.size === 0 ? request : withoutBad(request, badSignatures),
  };
}

const NOTHING: readonly Healing[] = [];

/** Repairs of signatures, which are bad wherever they come again. */
const SIGNATURES: ReadonlySet<Healing["kind"]> = new Set(["dummy_signatures", "no_old_thoughts"]);

function requestRepairs(request: GeminiRequest, badSignatures: Set<string>): Repairs {
  const subjects = new Map<Healing["kind"], string>();
  return {
    changes(heal, already) {
      const before = already.reduce(healRequest, request);
      return JSON.stringify(healRequest(before, heal)) !== JSON.stringify(before);
    },
    subject(heal) {
      const known = subjects.get(heal.kind);
      if (known !== undefined) return known;
      const made = subjectOf(request, heal);
      subjects.set(heal.kind, made);
      return made;
    },
    helped(heal) {
      if (!SIGNATURES.has(heal.kind)) return;
      for (const { parts } of request.contents) {
        for (const { thoughtSignature } of parts) {
          if (thoughtSignature === undefined || thoughtSignature === DUMMY_SIGNATURE) continue;
          badSignatures.add(fnvHash(thoughtSignature));
          if (badSignatures.size > MOST_SIGNATURES) {
            badSignatures.delete(badSignatures.values().next().value!);
          }
        }
      }
    },
  };
}

function subjectOf({ tools, generationConfig }: GeminiRequest, { kind }: Healing): string {
  switch (kind) {
    case "plain_schema":
    case "drop_schema_bounds": {
      const { responseJsonSchema, responseSchema } = generationConfig ?? {};
      return fnvHash(JSON.stringify([tools, responseJsonSchema, responseSchema]));
    }
    case "no_thinking":
    case "clamp_thinking":
      return JSON.stringify(generationConfig?.thinkingConfig ?? {});
    default:
      return "";
  }
}

function withoutBad(request: GeminiRequest, bad: ReadonlySet<string>): GeminiRequest {
  let changed = false;
  const contents = request.contents.map((content) => {
    if (!content.parts.some(({ thoughtSignature: made }) => made !== undefined && bad.has(fnvHash(made)))) {
      return content;
    }
    changed = true;
    const parts = content.parts.map((part) => {
      const { thoughtSignature: made, ...rest } = part;
      if (made === undefined || !bad.has(fnvHash(made))) return part;
      const needed = part.functionCall !== undefined || part.inlineData !== undefined;
      return needed ? { ...rest, thoughtSignature: DUMMY_SIGNATURE } : rest;
    });
    return { ...content, parts };
  });
  return changed ? { ...request, contents } : request;
}
