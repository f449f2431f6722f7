import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

interface Drawing {
  readonly size: number;
  readonly path: string;
}

/** The dark squares of a code as one path, a square a unit. */
async function draw(link: string): Promise<Drawing> {
  const { encode } = await import("uqr");
  const { data, size } = encode(link, { border: 2 });
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => dark ? `M${x} ${y}h1v1h-1z` : [])).join("");
  return { size, path };
}

/** A link as a picture for a phone's camera, black on white in every theme; the encoder is loaded with the first one. */
export function QrCode({ link, label }: { link: string; label: string }) {
  const drawing = useSignal<Drawing | undefined>(undefined);
  useEffect(() => {
    void draw(link).then((drawn) => drawing.value = drawn, () => {});
  }, [link]);
  const drawn = drawing.value;
  if (drawn === undefined) return null;
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${drawn.size} ${drawn.size}`}
      shape-rendering="crispEdges"
      class="size-40 rounded"
    >
      <rect width="100%" height="100%" fill="#fff" />
      <path d={drawn.path} fill="#000" />
    </svg>
  );
}
