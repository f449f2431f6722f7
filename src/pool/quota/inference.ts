/** What a refusal taught: whether our own sends explain it, and whether the known limit changed. */
export interface Inference {
  readonly explained: boolean;
  readonly changed: boolean;
  /** The median over the tier moved, so buckets without a limit of their own see another prior. */
  readonly priorMoved: boolean;
  /** The limit is not what was stated before: others of the model may have moved too. */
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
