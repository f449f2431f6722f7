import type { FormatName } from "../contract.ts";
import { envFile } from "./env_file.ts";
import type { ConfigFormat } from "./format.ts";
import { jsonc } from "./jsonc.ts";
import { markedBlock } from "./marked_block.ts";
import { toml } from "./toml.ts";
import { yaml } from "./yaml.ts";

export const FORMATS: Readonly<Record<FormatName, ConfigFormat>> = {
  jsonc,
  toml,
  yaml,
  env: envFile,
  block: markedBlock,
};
