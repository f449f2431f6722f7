import { basename, dirname, join } from "@std/path";

export interface WholeFileOptions {
  /** Permissions of the file; default 0600. Not used on Windows. */
  readonly mode?: number;
  /** Makes the folder, mode 0700, when it is missing; default: a missing folder is an error. */
  readonly folder?: boolean;
}

/** A file that could not be written, and was left as it was. The message names the file, the reason and the remedy. */
export class FileNotWritten extends Error {
  override readonly name = "FileNotWritten";

  constructor(path: string, override readonly cause: unknown) {
    super(`${path} cannot be written: ${reasonOf(path, cause)}`, { cause });
  }
}

/** Writes a file atomically, also against a power failure. Throws FileNotWritten; the file is then as before, and nothing is left beside it. */
export async function writeWholeFile(
  path: string,
  content: string | Uint8Array,
  options: WholeFileOptions = {},
): Promise<void> {
  const draft = await draftFile(path, content, options);
  await draft.put();
}

/** A file's new content, flushed to the disk beside it. */
export interface DraftFile {
  /** Renames the draft over the file. */
  put(): Promise<void>;
}

/** Writes the draft alone, for whoever must know that there is room before something else is given up for it. */
export async function draftFile(
  path: string,
  content: string | Uint8Array,
  { mode = 0o600, folder = false }: WholeFileOptions = {},
): Promise<DraftFile> {
  const draft = join(dirname(path), `.${basename(path)}.partial-${crypto.randomUUID().slice(0, 8)}`);
  const failed = async (cause: unknown): Promise<never> => {
    await Deno.remove(draft).catch(() => {});
    throw new FileNotWritten(path, cause);
  };
  try {
    if (folder) await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
    using file = await Deno.open(draft, { write: true, createNew: true, mode: 0o600 });
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    await file.sync();
    if (mode !== 0o600 && Deno.build.os !== "windows") await Deno.chmod(draft, mode);
  } catch (cause) {
    return await failed(cause);
  }
  return { put: () => Deno.rename(draft, path).catch(failed) };
}

/** Windows names a full disk by 112. */
const FULL_REGEXP = /no space left|os error (?:28|112|122)\)|quota/i;
const READ_ONLY_REGEXP = /read-only file system|os error 30\)/i;

function reasonOf(path: string, cause: unknown): string {
  const folder = dirname(path);
  const text = String(cause instanceof Error ? cause.message : cause);
  if (FULL_REGEXP.test(text)) return `the disk is full. Make room for ${folder}, then try again`;
  if (READ_ONLY_REGEXP.test(text)) return `${folder} is read-only. Make it writable, then try again`;
  if (cause instanceof Deno.errors.PermissionDenied || cause instanceof Deno.errors.NotCapable) {
    return `this user may not write in ${folder}. Allow it: chmod u+rwx ${folder}`;
  }
  if (cause instanceof Deno.errors.NotFound) return `its folder ${folder} is gone. Make it, then try again`;
  if (cause instanceof Deno.errors.NotADirectory) {
    return `${folder} is not a folder. Put a folder there, then try again`;
  }
  if (cause instanceof Deno.errors.IsADirectory) return "a folder lies there. Move it away, then try again";
  return text.slice(0, 300);
}
