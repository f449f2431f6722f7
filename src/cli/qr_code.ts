import type { Context } from "./command.ts";

/** A link as a picture for a phone's camera, where somebody looks at a terminal that is wide enough. */
export async function showQrCode({ out, interactive }: Context, link: string): Promise<void> {
  if (!interactive || !link.startsWith("https://")) return;
  const { renderUnicodeCompact } = await import("uqr");
  out.line();
  for (const line of renderUnicodeCompact(link, { border: 2 }).split("\n")) out.line(line);
}
