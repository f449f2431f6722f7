import { createConfigurationData } from "../data/dashboard_data.ts";
import { api } from "./browser_api.ts";

/** The configuration as the islands read it; apart from the live data, so that the first page need not carry it. */
export const configuration = createConfigurationData(api);
