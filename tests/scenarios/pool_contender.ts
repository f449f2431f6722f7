import {
  type ClientId,
  type Clock,
  type Credential,
  type CredentialId,
  type Random,
  Secret,
} from "../../src/core/mod.ts";
import {
  type CappedPool,
  createPool,
  type LeaseRequest,
  type PoolOptions,
  type PoolStore,
} from "../../src/pool/mod.ts";
import { mapStore, SETTINGS } from "../support/pool_fixture.ts";
import type { Claim, Contender, Denial, Grant } from "./contender.ts";

export interface PoolContenderOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  /** The project the user gave for each key, if any. */
  readonly projects: readonly (string | undefined)[];
  readonly settings?: Partial<PoolOptions["settings"]>;
  readonly store?: PoolStore;
}

/** Our pool behind the driver's interface. */
export async function poolContender(
  options: PoolContenderOptions,
): Promise<Contender & { readonly pool: CappedPool }> {
  const { clock, random } = options;
  let ids = 0;
  const credentials = options.projects.map((project, at) => credentialAt(at, project));
  const pool = await createPool({
    store: options.store ?? mapStore(),
    settings: { ...SETTINGS, maxConcurrentRequestsPerKey: 30, ...options.settings },
    catalog: {
      groupOf: () => undefined,
      servedBy: () => undefined,
      fallbacksOf: () => [],
      revision: () => 1,
    },
    ports: { clock, random, newId: (prefix) => `${prefix}${ids++}` },
    credentials,
  });
  const never = new AbortController().signal;
  return {
    name: options.name,
    pool,
    waiting: () => pool.view().queue.length,
    close: () => pool.close(),
    claim(claim, deliver) {
      pool.acquire(leaseRequestOf(claim), { signal: never }).then((result) => {
        if (result.kind === "lease") return deliver(grantOf(result, claim));
        const { until, code } = result.failure;
        deliver(
          {
            kind: "denial",
            ...(until === undefined ? {} : { until }),
            ...(code === undefined ? {} : { code }),
          } satisfies Denial,
        );
      });
    },
  };
}

function grantOf(lease: Awaited<ReturnType<CappedPool["acquire"]>> & { kind: "lease" }, claim: Claim): Grant {
  return {
    kind: "grant",
    key: Number(lease.credential.id.slice(1)),
    succeed: () => lease.succeed(),
    fail: (failure) =>
      lease.fail(failure, {
        attempt: claim.attempt,
        sameKeyRetries: claim.sameKeyRetries,
        classes: claim.classes,
      }),
  };
}

function leaseRequestOf(claim: Claim): LeaseRequest {
  return {
    model: claim.model,
    operation: "generate",
    sources: ["api_key"],
    inputTokens: claim.inputTokens,
    session: claim.session,
    client: claim.client as ClientId,
    tried: new Set([...claim.tried].map((key) => `k${key}` as CredentialId)),
    counted: true,
    ...(claim.pinned === undefined ? {} : { pinned: `k${claim.pinned}` as CredentialId }),
  };
}

function credentialAt(at: number, project: string | undefined): Credential {
  return {
    id: `k${at}` as CredentialId,
    source: "api_key",
    label: `key ${at}`,
    tail: String(at),
    tier: "free",
    enabled: true,
    priority: 0,
    createdAt: at,
    updatedAt: 0,
    key: new Secret(`not-a-real-key-${at}`),
    ...(project === undefined ? {} : { project }),
  };
}
