/**
 * The text of a settings file whatever editor wrote it: UTF-8 with or without a byte order mark, or UTF-16 with one. Throws with
 * the file's name for anything else, since a line that is not understood would be ignored in silence.
 */
export async function readSettingsText(path: string): Promise<string> {
  const bytes = await Deno.readFile(path);
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  if (!bytes.includes(0)) {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      // Told below.
    }
  }
  throw new Error(`${path} is not UTF-8 text: save it as UTF-8 and start again. Nothing of it was read.`);
}
