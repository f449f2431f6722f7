import type { JsonObject } from "../core/mod.ts";
import type { CallOptions, CodeAssistService } from "../upstreams/mod.ts";

/** What is needed to ask for an account's project. */
export interface FindInput {
  readonly service: CodeAssistService;
  readonly accessToken: string;
  /** The Google Cloud project that the user gave this account, for licences that need one. */
  readonly ownProject?: string;
  readonly options: CallOptions;
  /** Waits between two looks at an operation. */
  readonly pause: (ms: number) => Promise<void>;
}

/** Who asks, with the project that a licence is charged to. */
export function metadataOf({ service, ownProject }: Pick<FindInput, "service" | "ownProject">): JsonObject {
  return service.source === "gemini_cli" && ownProject !== undefined
    ? { ...service.metadata, duetProject: ownProject }
    : service.metadata;
}
