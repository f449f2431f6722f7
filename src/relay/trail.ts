import type {
  AttemptRecord,
  CallRecord,
  ClientId,
  CredentialId,
  Failure,
  Ports,
  RequestId,
  SourceName,
  Usage,
} from "../core/mod.ts";
import type { Ledger } from "../ledger/contract.ts";
import type { Lease } from "../pool/contract.ts";

/** What is known of a call when it arrives. */
export interface CallFacts {
  readonly id: RequestId;
  readonly at: number;
  readonly dialect: string;
  readonly operation: string;
  readonly stream: boolean;
  readonly modelAsked: string;
  readonly client: ClientId;
  readonly agent: string;
  readonly session: string;
  readonly requestBytes: number;
}

/** One attempt while it runs. */
export interface AttemptTrail {
  connected(status: number): void;
  firstToken(): void;
  end(failure?: Failure, note?: string): void;
}

/** What happened to one call, gathered while it happens and recorded exactly once. */
export class CallTrail {
  readonly facts: CallFacts;
  readonly warnings: string[] = [];
  readonly attempts: AttemptRecord[] = [];
  /** How many attempts have begun; `attempts` holds those that are over. */
  begun = 0;
  queuedMs = 0;
  firstTokenMs: number | undefined;
  modelUsed: string | undefined;
  last: { readonly name: string; readonly source: SourceName } | undefined;
  /** The credential that was asked last. */
  lastCredential: CredentialId | undefined;
  usage: Usage | undefined;
  finish: string | undefined;
  #recorded = false;
  readonly #ports: Ports;
  readonly #ledger: Ledger;

  constructor(facts: CallFacts, ports: Ports, ledger: Ledger) {
    this.facts = facts;
    this.#ports = ports;
    this.#ledger = ledger;
  }

  begin(lease: Lease, model: string): AttemptTrail {
    const { clock } = this.#ports;
    const startedAt = clock.now();
    this.begun++;
    const { credential } = lease;
    const name = credential.label ||
      (credential.source === "api_key" ? `...${credential.tail}` : credential.tail);
    this.last = { name, source: credential.source };
    this.lastCredential = credential.id;
    if (model !== "") this.modelUsed = model;
    this.queuedMs += lease.queuedMs;
    let head: { readonly status: number; readonly connectMs: number } | undefined;
    let firstTokenMs: number | undefined;
    return {
      connected: (status) => void (head = { status, connectMs: clock.now() - startedAt }),
      firstToken: () => {
        firstTokenMs ??= clock.now() - startedAt;
        this.firstTokenMs ??= clock.now() - this.facts.at;
      },
      end: (failure, note) => {
        this.attempts.push({
          credential: credential.id,
          source: credential.source,
          name,
          model,
          bucket: lease.bucket,
          startedAt,
          queuedMs: lease.queuedMs,
          ...head,
          ...(firstTokenMs === undefined ? {} : { firstTokenMs }),
          totalMs: clock.now() - startedAt,
          ...(failure === undefined ? {} : { failure: failure.class, message: failure.message }),
          note: note === undefined || note === "" ? lease.note : `${lease.note}; ${note}`,
        });
      },
    };
  }

  /** Writes the record; later calls do nothing. */
  record(status: number, failure?: Failure): void {
    if (this.#recorded) return;
    this.#recorded = true;
    this.#ledger.record(this.#toRecord(status, failure));
  }

  #toRecord(status: number, failure: Failure | undefined): CallRecord {
    const outcome = failure === undefined ? "ok" : failure.class === "client_gone" ? "cancelled" : "failed";
    return {
      ...this.facts,
      ...(this.modelUsed === undefined ? {} : { modelUsed: this.modelUsed }),
      status,
      outcome,
      ...(failure === undefined ? {} : { failure: failure.class, message: failure.message }),
      ...(this.finish === undefined ? {} : { finish: this.finish }),
      queuedMs: this.queuedMs,
      ...(this.firstTokenMs === undefined ? {} : { firstTokenMs: this.firstTokenMs }),
      totalMs: this.#ports.clock.now() - this.facts.at,
      ...(this.usage === undefined ? {} : { usage: this.usage }),
      warnings: this.warnings,
      attempts: this.attempts,
    };
  }
}
