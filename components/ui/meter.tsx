export type Tone = "good" | "warn" | "bad" | "accent" | "mute";

const FILL: Readonly<Record<Tone, string>> = {
  good: "fill-good-fill",
  warn: "fill-warn-fill",
  bad: "fill-bad-fill",
  accent: "fill-accent",
  mute: "fill-edge",
};

interface MeterProps {
  /** 0..1 */
  readonly share: number;
  readonly label: string;
  readonly tone: Tone;
  /** 0..1: where a warning begins. */
  readonly threshold?: number;
}

/** A bar. Drawn as SVG, since the content security policy allows no style attributes. */
export function Meter({ share, label, tone, threshold }: MeterProps) {
  const width = Math.max(0, Math.min(1, share)) * 100;
  return (
    <svg
      class="block h-2 w-full rounded-full bg-sunken"
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(width)}
    >
      <rect
        width={`${width}%`}
        height="100%"
        rx="4"
        class={`${FILL[tone]} transition-[width] duration-300`}
      />
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
