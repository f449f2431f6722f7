import { networkCases } from "./network_cases.ts";

for (const one of [...networkCases]) {
  Deno.test({
    name: `chaos: ${one.fault}`,
    ignore: one.skip !== undefined,
    fn: async () => void console.log(await one.run()),
  });
}
