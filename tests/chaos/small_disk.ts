import { join } from "node:path";

export const MEGABYTE = 1024 * 1024;

/** True where a small file system can be mounted. */
export function mayMount(): boolean {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  const folder = Deno.makeTempDirSync();
  const { success } = new Deno.Command("mount", {
    args: ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder],
    stderr: "null",
  }).outputSync();
  if (success) new Deno.Command("umount", { args: [folder] }).outputSync();
  Deno.removeSync(folder);
  return success;
}

/** A file system of its own that can be filled up and made read-only. */
export class SmallDisk implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async open(bytes: number): Promise<SmallDisk> {
    const path = await Deno.makeTempDir({ prefix: "geminitro-disk-" });
    await run("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", path]);
    return new SmallDisk(path);
  }

  /** Leaves no byte. */
  async fill(): Promise<void> {
    const file = await Deno.open(join(this.path, "ballast"), { create: true, write: true });
    for (let size = 64 * 1024; size >= 512; size = size / 2) {
      try {
        while (true) await file.write(new Uint8Array(size));
      } catch {
        // This much is not free any more; less may be.
      }
    }
    file.close();
  }

  async free(): Promise<void> {
    await Deno.remove(join(this.path, "ballast"));
  }

  async remount(mode: "ro" | "rw"): Promise<void> {
    await run("mount", ["-o", `remount,${mode}`, this.path]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("umount", ["-l", this.path]);
    await Deno.remove(this.path);
  }
}

async function run(program: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(`${program}: ${new TextDecoder().decode(stderr)}`);
}
