import type { StoreCase } from "./store_case.ts";
import { configurationCases } from "./store_configuration_cases.ts";
import { credentialCases } from "./store_credential_cases.ts";
import { sharingCases } from "./store_sharing_cases.ts";
import { valueCases } from "./store_value_cases.ts";

/** The whole contract. */
export const storeCases: readonly StoreCase[] = [
  ...credentialCases,
  ...configurationCases,
  ...valueCases,
  ...sharingCases,
];
