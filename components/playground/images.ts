import { byteSize } from "../format.ts";
import { playgroundText } from "../text/playground.ts";
import type { ChatImage } from "./dialects.ts";

const words = playgroundText;

/** Images that go with one message, and the most bytes of each. */
export const MOST_IMAGES = 4;
const MOST_BYTES = 5 * 1024 * 1024;
export const IMAGE_TYPES = ["image/png", "image/jpeg", "image/webp", "image/heic", "image/heif", "image/gif"];

/** An image that waits to be sent. */
export interface Attachment extends ChatImage {
  readonly name: string;
}

/** Reads images of the reader's machine. What is no image, too large or one too many is said and left out. */
export async function readImages(
  files: Iterable<File>,
  room: number,
  onProblem: (sentence: string) => void,
): Promise<readonly Attachment[]> {
  const read: Attachment[] = [];
  for (const file of files) {
    if (!IMAGE_TYPES.includes(file.type)) onProblem(words.noImage(file.name));
    else if (file.size > MOST_BYTES) onProblem(words.tooLarge(file.name, byteSize(MOST_BYTES)));
    else if (read.length >= room) onProblem(words.tooMany(MOST_IMAGES));
    else read.push({ name: file.name, type: file.type, data: await base64(file) });
  }
  return read;
}

function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",", 2)[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
