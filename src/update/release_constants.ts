/**
 * Where the newest release says what it is: `release.json`, with its signature beside it in `release.json.sig`. The setting
 * GEMINITRO_RELEASE_FEED names another place; what comes from there must be signed with the same key.
 */
export const RELEASE_FEED = "https://github.com/jmvbambico/geminitro/releases/latest/download/release.json";

/** The Ed25519 key, raw and in base64, that signs releases. Its private half is never in the repository. */
export const RELEASE_KEY = "RNATgjMXI633sO7/2+BrMZg3+bKuvCTfS4Xs6pvv7LA=";
