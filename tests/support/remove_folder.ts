/**
 * Removes a folder with all that is in it. A database that was just closed may still put its journal away on a thread of its
 * own, so that a folder which was empty a moment ago is not: it is tried again for a second.
 */
export async function removeFolder(path: string): Promise<void> {
  for (let left = 20;; left--) {
    try {
      return await Deno.remove(path, { recursive: true });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
