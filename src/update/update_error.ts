/** An update that was not made; nothing was changed. The message says why. */
export class UpdateError extends Error {
  override readonly name = "UpdateError";
}
