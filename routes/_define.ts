import type { LocalClient } from "../src/management/client.ts";
import { createDefine } from "fresh";
import type { Sessions } from "../src/http/dashboard_session.ts";

/** State available to every page of one request. */
export interface DashboardState {
  /** The management API, without HTTP between. */
  readonly client: LocalClient;
  readonly sessions: Sessions;
  /** The peer's address, for the brake on guessing. */
  readonly remote: string;
  /** True while Vite serves the browser files, which needs inline styles. */
  readonly developing: boolean;
  /** Start time of this process; the development server asks for it. */
  readonly startedAt: number;
}

export const define = createDefine<DashboardState>();
