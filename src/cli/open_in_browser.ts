/** Opens an address with the platform's own tool; false when that cannot be done. Never waits for the browser. */
export async function openInBrowser(url: string): Promise<boolean> {
  const [tool, args] = Deno.build.os === "darwin"
    ? ["open", [url]] as const
    : Deno.build.os === "windows"
    ? ["rundll32", ["url.dll,FileProtocolHandler", url]] as const
    : ["xdg-open", [url]] as const;
  try {
    const command = new Deno.Command(tool, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    });
    return (await command.output()).success;
  } catch {
    return false;
  }
}
