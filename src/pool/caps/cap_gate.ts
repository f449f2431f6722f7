import type { Usage } from "../../core/mod.ts";
import type { LeaseRequest } from "../contract.ts";
import type { CapStop } from "../queue/shortage.ts";

/** Units taken from the caps that cover one call. */
export interface CapTake {
  readonly kind: "taken";
  /** The call was served: requests stay spent, tokens are settled. */
  settle(usage?: Usage): void;
  /** The call was not served: everything is given back. */
  refund(): void;
}

/** The user's caps, as the dispatcher sees them. */
export interface CapGate {
  /** `pending`: units are being fetched; waiting calls are looked at again when they have come. */
  take(request: LeaseRequest, credential: string): CapTake | CapStop | "pending";
  /** The cap that stands against this call, without taking anything. */
  stop(request: LeaseRequest): CapStop | undefined;
  /** Resolves when units that are being fetched for this call have come; undefined when none have to. */
  fetching(request: LeaseRequest): Promise<void> | undefined;
}

/** For calls that no cap covers. */
export const UNCAPPED: CapTake = { kind: "taken", settle() {}, refund() {} };
