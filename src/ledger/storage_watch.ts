import { causeText, storageProblem } from "../core/mod.ts";

/** Whether the last write to the database worked; what could not be written waits and is tried again. */
export class StorageWatch {
  #trouble: string | undefined;

  failed(error: unknown): void {
    this.#trouble = storageProblem(error)?.message ??
      `The database cannot be written: ${causeText(error).slice(0, 200)}`;
  }

  worked(): void {
    this.#trouble = undefined;
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }
}
