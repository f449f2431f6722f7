import { causeText } from "./unreachable.ts";

/** Why nothing can be written, in words and with what to do. */
export interface StorageProblem {
  readonly code: "disk_full" | "read_only";
  readonly message: string;
}

/** Reads what SQLite or the file system said; undefined for another fault. */
export function storageProblem(error: unknown): StorageProblem | undefined {
  const text = causeText(error).toLowerCase();
  const has = (...words: readonly string[]) => words.some((word) => text.includes(word));
  if (
    has(
      "database or disk is full",
      "no space left",
      "os error 28)",
      "os error 112)",
      "disk quota",
      "os error 122)",
    )
  ) {
    return {
      code: "disk_full",
      message:
        "The disk that holds the data folder is full: nothing was changed. Make room; calls go on meanwhile",
    };
  }
  if (has("readonly database", "read-only file system", "os error 30)")) {
    return {
      code: "read_only",
      message:
        "The data folder or its database is read-only: nothing was changed. Make it writable; calls go on meanwhile",
    };
  }
  return undefined;
}
