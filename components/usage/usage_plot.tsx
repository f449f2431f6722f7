import { useEffect, useRef } from "preact/hooks";
import type { UsageChart } from "./chart_data.ts";
import type { PlotOptions } from "./plot.ts";

/** The chart. Its library comes over the wire with this page alone; until then, and without script, the table says it all. */
export function UsagePlot({ chart, label, ...options }: PlotOptions & { chart: UsageChart; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let stop: (() => void) | undefined;
    let left = false;
    const draw = async () => {
      const { drawPlot } = await import("./plot.ts");
      stop?.();
      if (!left && box.current) stop = drawPlot(box.current, chart, options);
    };
    void draw();
    const themes = new MutationObserver(() => void draw());
    themes.observe(document.documentElement, { attributeFilter: ["data-theme", "data-palette"] });
    return () => {
      left = true;
      themes.disconnect();
      stop?.();
    };
  }, [chart]);
  return <div ref={box} class="min-h-[280px] w-full overflow-hidden" role="img" aria-label={label} />;
}
