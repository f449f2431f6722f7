import type { Repair } from "../core/mod.ts";
import { DUMMY_SIGNATURE, fnvHash, type GeminiRequest, repairRequest } from "../gemini/mod.ts";

/** Repairs of one call's request after a refusal. */
export interface Repairs {
  /** Whether one more repair would change the request; unchanged it would be refused again. */
  changes(repair: Repair, already: readonly Repair[]): boolean;
  /** The part of the request that the repair concerns: it also helps other requests with the same. */
  subject(repair: Repair): string;
  /** Called when a repair helped. */
  helped?(repair: Repair): void;
}

/** Remembers repairs, so that the next call of the same kind is sent correctly at once. In memory only. */
export interface RepairMemory {
  known(model: string, repairs: Repairs): readonly Repair[];
  learn(model: string, sent: readonly Repair[], repairs: Repairs): void;
  /** Repairs of a translated request. */
  of(request: GeminiRequest): Repairs;
  /** The request with a dummy for each signature that was refused before. */
  withoutBadSignatures(request: GeminiRequest): GeminiRequest;
}

/** Models change; a refused form is tried again after this time. */
const KEEP_MS = 6 * 60 * 60 * 1000;
const MOST_LEARNED = 1_000;
const MOST_SIGNATURES = 5_000;

interface Learned {
  readonly model: string;
  readonly repair: Repair;
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

  function learn(model: string, sent: readonly Repair[], repairs: Repairs): void {
    for (const repair of sent) {
      repairs.helped?.(repair);
      // The conversation was at fault, not the model.
      if (SIGNATURES.has(repair.kind)) continue;
      const subject = repairs.subject(repair);
      const key = JSON.stringify([model, repair, subject]);
      if (byKey.has(key)) forget(key);
      byKey.set(key, { model, repair, subject, until: clock.now() + KEEP_MS });
      models.set(model, (models.get(model) ?? 0) + 1);
      if (byKey.size > MOST_LEARNED) forget(byKey.keys().next().value!);
    }
  }

  return {
    learn,
    known(model, repairs) {
      if ((models.get(model) ?? 0) === 0) return NOTHING;
      const found: Repair[] = [];
      for (const [key, one] of byKey) {
        if (one.model !== model) continue;
        if (one.until <= clock.now()) forget(key);
        else if (repairs.subject(one.repair) === one.subject) found.push(one.repair);
      }
      return found;
    },
    of: (request) => requestRepairs(request, badSignatures),
    withoutBadSignatures: (request) =>
      badSignatures.size === 0 ? request : withoutBad(request, badSignatures),
  };
}

const NOTHING: readonly Repair[] = [];

/** Repairs of signatures, which are bad wherever they recur. */
const SIGNATURES: ReadonlySet<Repair["kind"]> = new Set(["dummy_signatures", "no_old_thoughts"]);

function requestRepairs(request: GeminiRequest, badSignatures: Set<string>): Repairs {
  const subjects = new Map<Repair["kind"], string>();
  return {
    changes(repair, already) {
      const before = already.reduce(repairRequest, request);
      return JSON.stringify(repairRequest(before, repair)) !== JSON.stringify(before);
    },
    subject(repair) {
      const known = subjects.get(repair.kind);
      if (known !== undefined) return known;
      const made = subjectOf(request, repair);
      subjects.set(repair.kind, made);
      return made;
    },
    helped(repair) {
      if (!SIGNATURES.has(repair.kind)) return;
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

function subjectOf({ tools, generationConfig }: GeminiRequest, { kind }: Repair): string {
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
