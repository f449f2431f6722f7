/**
 * Settings: one table of options, read once from the environment and `.env` into a frozen, validated value. An
 * error names the variable, its value and what is allowed, but never a secret. Never reads the environment a
 * second time and never reads a `.env` of another project.
 *
 * @module
 */
export type { EnvironmentOptions } from "./env_file.ts";
export {
  dataFolder,
  envFilePath,
  exampleEnv,
  readEnvFile,
  readEnvironment,
  setInEnvFile,
  userFolder,
  writeDefaultEnv,
} from "./env_file.ts";
export { isLoopback, LIVE_VARIABLES, loadSettings, takeLiveSettings } from "./load_settings.ts";
export type { Environment, Option, SettingsProblem } from "./option.ts";
export { ROTATION_MODES, type RotationMode } from "./pool_options.ts";
export type { OAuthClientSettings, Settings } from "./settings.ts";
export { DEFAULT_PROXY_API_KEY } from "./server_options.ts";
export { settingsMarkdown, type ShownSetting, showSettings } from "./show_settings.ts";
export { misspeltSettings, SETTINGS_TABLE } from "./table.ts";
