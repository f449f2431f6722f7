/**
 * Resolves with the name of the first signal that asks the process to end. Listens from this call on: call it before
 * announcing that the program is ready, as the reader may end it at once.
 */
export function endSignal(): Promise<Deno.Signal> {
  const signals: readonly Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  return new Promise((resolve) => {
    const listeners = signals.map((signal) => {
      const listener = () => {
        for (const [name, known] of listeners) Deno.removeSignalListener(name, known);
        resolve(signal);
      };
      Deno.addSignalListener(signal, listener);
      return [signal, listener] as const;
    });
  });
}
