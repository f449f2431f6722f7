/** A guess of the prompt's tokens from the size of its JSON: `ratio` is bytes a token, about 4 for English, less elsewhere. */
export function estimateTokens(bytes: number, ratio = 4): number {
  return Math.max(1, Math.ceil(bytes / (ratio > 0 ? ratio : 4)));
}
