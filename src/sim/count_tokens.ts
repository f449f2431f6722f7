import { decodeBody } from "./decode.ts";
import type { Answer } from "./embeddings.ts";
import { invalid } from "./errors.ts";
import { asObject, asText } from "./json_read.ts";
import type { SimModel } from "./models.ts";
import { countInput, modalityDetails } from "./tokens.ts";
import { checkContents } from "./validate_contents.ts";

/** countTokens: `contents`, or a whole `generateContentRequest`, but not both. Uses no quota of the model. */
export function countTokens(model: SimModel, bodyText: string): Answer {
  const decoded = decodeBody(bodyText, "CountTokensRequest");
  if ("rejection" in decoded) return decoded;
  const whole = asObject(decoded.value["generateContentRequest"]);
  const bare = decoded.value["contents"] !== undefined;
  if (whole && bare) {
    return {
      rejection: invalid(
        "* CountTokensRequest.generate_content_request: only one of 'contents' and 'generate_content_request' may be set\n",
      ),
    };
  }
  const named = asText(whole?.["model"]);
  if (whole && named !== `models/${model.name}`) {
    return {
      rejection: invalid(
        "* CountTokensRequest.generate_content_request.model: unexpected model name format\n",
      ),
    };
  }
  const request = whole ?? decoded.value;
  const rejection = checkContents(
    request,
    whole ? "CountTokensRequest.generate_content_request" : "CountTokensRequest",
  );
  if (rejection) return { rejection };
  const count = countInput(request);
  return { body: { totalTokens: count.total, promptTokensDetails: modalityDetails(count.byModality) } };
}
