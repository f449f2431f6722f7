/** The database cannot be opened as asked; the message says what to do. Nothing was changed. */
export class StoreOpenError extends Error {
  override readonly name = "StoreOpenError";
}
