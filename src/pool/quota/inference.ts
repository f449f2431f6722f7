/** The result of a refusal: whether our own calls explain it, and whether the known limit changed. */
export interface Inference {
  readonly explained: boolean;
  readonly changed: boolean;
  /** The median over the tier moved, so buckets without their own limit get another prior. */
  readonly priorMoved: boolean;
  /** The limit differs from the one stated before: others of the model may have moved too. */
  readonly shifted: boolean;
  /** Requests or tokens that somebody else must have sent. */
  readonly missing: number;
}

export const NOTHING: Inference = {
  explained: false,
  changed: false,
  priorMoved: false,
  shifted: false,
  missing: 0,
};
