/** What a fault turned out to do; each sentence was asserted by the case that gives it. */
export interface Outcome {
  /** What the client sees while it lasts. */
  readonly client: string;
  /** What shows that nothing is lost. */
  readonly kept: string;
  /** How it is well again, and when. */
  readonly heals: string;
}

/** One fault of the suite; it takes seconds. */
export interface ChaosCase {
  readonly fault: string;
  /** How the fault is made. */
  readonly made: string;
  /** Why it cannot be tried on this machine; undefined when it can. */
  readonly skip?: string | undefined;
  run(): Promise<Outcome>;
}
