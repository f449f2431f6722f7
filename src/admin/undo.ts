/** How long a removed or replaced key can be put back. */
export const UNDO_MS = 10 * 60_000;
