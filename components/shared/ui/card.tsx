import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon.tsx";

interface CardProps {
  readonly title: string;
  readonly note?: ComponentChildren;
  readonly action?: ComponentChildren;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly flush?: boolean;
  /** The target of a palette link. */
  readonly id?: string;
}

/** A titled panel. `flush` lets tables reach its edges. */
export function Card({ title, note, action, children, class: extra = "", flush = false, id }: CardProps) {
  return (
    <section id={id} class={`card min-w-0 scroll-mt-20 ${extra}`} aria-label={title}>
      <header class="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 px-4 pt-3 pb-1 sm:px-5">
        <h2 class="text-base font-semibold tracking-tight">{title}</h2>
        {note && (
          <span class={`text-xs text-mute ${action ? "max-sm:order-last max-sm:basis-full" : ""}`}>
            {note}
          </span>
        )}
        {action && <div class="ms-auto flex items-center gap-2 [&>.btn-quiet]:-me-2">{action}</div>}
      </header>
      <div class={flush ? "" : "px-4 pt-1 pb-4 sm:px-5 sm:pb-5"}>{children}</div>
    </section>
  );
}

/** The content of an empty list: the reason, and what to do. */
export function Empty(
  { icon, title, children }: { icon: IconName; title: string; children?: ComponentChildren },
) {
  return (
    <div class="flex flex-col items-center gap-2 px-6 py-10 text-center">
      <span class="grid size-10 place-items-center rounded-full bg-sunken text-lg text-mute">
        <Icon name={icon} />
      </span>
      <p class="font-medium">{title}</p>
      {children && <div class="max-w-prose text-mute">{children}</div>}
    </div>
  );
}

/** A failure in place, in a sentence. */
export function Problem({ children }: { children: ComponentChildren }) {
  return (
    <p role="alert" class="flex items-start gap-2 rounded-lg bg-bad-wash px-3 py-2 text-bad">
      <Icon name="alert" class="mt-0.5" />
      <span>{children}</span>
    </p>
  );
}

export function PageHead(
  { title, lead, children }: { title: string; lead: string; children?: ComponentChildren },
) {
  return (
    <header class="mb-5 flex flex-wrap items-end gap-x-6 gap-y-3">
      <div class="min-w-0">
        <h1 class="text-2xl font-semibold tracking-tight">{title}</h1>
        <p class="mt-0.5 text-mute">{lead}</p>
      </div>
      {children && <div class="ms-auto flex flex-wrap items-center gap-2">{children}</div>}
    </header>
  );
}
