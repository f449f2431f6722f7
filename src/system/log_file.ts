import { dirname } from "@std/path";

/** A file of this size is rotated. */
const MOST_BYTES = 5_000_000;
/** Rotated files that are kept. */
const KEPT = 4;
/** Interval at which the file's place is checked. */
const LOOK_MS = 1_000;

/**
 * A log file of bounded size and number of rotations; created again when it is removed or moved. Several processes may share
 * it.
 */
export class LogFile {
  readonly #path: string;
  readonly #most: number;
  #file: Deno.FsFile | undefined;
  #inode: number | null = null;
  #size = 0;
  #lookedAt = -Infinity;

  constructor(path: string, mostBytes = MOST_BYTES) {
    this.#path = path;
    this.#most = mostBytes;
  }

  /** Never throws: a log that cannot be written must not fail the logged operation. */
  readonly write = (line: string): void => {
    try {
      const bytes = new TextEncoder().encode(`${line}\n`);
      this.#look();
      if (this.#size > 0 && this.#size + bytes.length > this.#most) this.#rotate();
      const file = this.#file ?? this.#open();
      for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
      this.#size += bytes.length;
    } catch {
      this.close();
    }
  };

  close(): void {
    try {
      this.#file?.close();
    } catch {
      // Already closed.
    }
    this.#file = undefined;
  }

  #open(): Deno.FsFile {
    Deno.mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    const file = Deno.openSync(this.#path, { append: true, create: true, mode: 0o600 });
    const { size, ino } = file.statSync();
    this.#file = file;
    this.#size = size;
    this.#inode = ino;
    return file;
  }

  /** Reopens the file if another process rotated it or somebody removed it. */
  #look(): void {
    const now = performance.now();
    if (this.#file === undefined || now - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = now;
    try {
      const { ino, size } = Deno.statSync(this.#path);
      this.#size = size;
      if (ino === this.#inode) return;
    } catch {
      // The file is gone.
    }
    this.close();
  }

  #rotate(): void {
    this.close();
    for (let number = KEPT; number >= 1; number--) {
      const from = number === 1 ? this.#path : `${this.#path}.${number - 1}`;
      try {
        Deno.renameSync(from, `${this.#path}.${number}`);
      } catch {
        // There are fewer files yet.
      }
    }
  }
}
