export type Tone = "good" | "warn" | "bad" | "accent" | "mute";

const FILL: Readonly<Record<Tone, string>> = {
  good: "fill-good-fill",
  warn: "fill-warn-fill",
  bad: "fill-bad-fill",
  accent: "fill-accent",
  mute: "fill-edge",
};

const STROKE: Readonly<Record<Tone, string>> = {
  good: "stroke-good-fill",
  warn: "stroke-warn-fill",
  bad: "stroke-bad-fill",
  accent: "stroke-accent",
  mute: "stroke-edge",
};

interface MeterProps {
  /** 0..1 */
  readonly share: number;
  readonly label: string;
  readonly tone: Tone;
  /** 0..1: where a warning begins. */
  readonly threshold?: number;
  /** True when its limit is published, not confirmed. */
  readonly dashed?: boolean;
}

/** The bar of a figure that is published and not confirmed; dashed without a share too, where nobody knows. */
export function DashedBar({ share, tone }: { share: number | undefined; tone: Tone }) {
  const width = Math.max(0, Math.min(1, share ?? 0)) * 100;
  const line = { x1: "0", y1: "50%", y2: "50%" };
  return (
    <>
      <line {...line} x2="100%" class="stroke-line" stroke-width="2" stroke-dasharray="3 4" />
      {width > 0 && (
        <line {...line} x2={`${width}%`} class={STROKE[tone]} stroke-width="5" stroke-dasharray="6 4" />
      )}
    </>
  );
}

/** A bar. Drawn as SVG, since the content security policy allows no style attributes. */
export function Meter({ share, label, tone, threshold, dashed = false }: MeterProps) {
  const width = Math.max(0, Math.min(1, share)) * 100;
  return (
    <svg
      class={`block h-2 w-full rounded-full ${dashed ? "" : "bg-sunken"}`}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(width)}
    >
      {dashed ? <DashedBar share={share} tone={tone} /> : (
        <rect
          width={`${width}%`}
          height="100%"
          rx="4"
          class={`${FILL[tone]} transition-[width] duration-300`}
        />
      )}
      {threshold !== undefined && (
        <rect x={`${threshold * 100}%`} width="1.5" height="100%" class="fill-ink" opacity="0.55" />
      )}
    </svg>
  );
}

/** Green while there is plenty, amber when it gets short, red when it is nearly gone. */
export function leftTone(share: number): Tone {
  return share > 0.3 ? "good" : share > 0.1 ? "warn" : "bad";
}
