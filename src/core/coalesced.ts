/**
 * Coalesces calls of a task: it runs at once, and once more afterwards if it was called during the run. The
 * promise settles with a run that began after the call; a failed run rejects only those who waited for it.
 */
export function coalesced(task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const start = (): Promise<void> => {
    const run = task().finally(() => {
      if (running === run) running = undefined;
    });
    running = run;
    return run;
  };
  return () => {
    if (running === undefined) return start();
    return next ??= running.catch(() => {}).then(() => {
      next = undefined;
      return start();
    });
  };
}
