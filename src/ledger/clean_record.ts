import { type AttemptRecord, type CallRecord, redact } from "../core/mod.ts";

const NAME_CHARACTERS = 200;
const SENTENCE_CHARACTERS = 1_000;
const MOST_ATTEMPTS = 50;

/** The record with every text of foreign origin redacted and bounded; nothing else of it changes. */
export function cleanRecord(record: CallRecord): CallRecord {
  return {
    ...record,
    modelAsked: clean(record.modelAsked, NAME_CHARACTERS),
    agent: clean(record.agent, NAME_CHARACTERS),
    session: clean(record.session, NAME_CHARACTERS),
    warnings: record.warnings.slice(0, 20).map((warning) => clean(warning, SENTENCE_CHARACTERS)),
    attempts: record.attempts.slice(-MOST_ATTEMPTS).map(cleanAttempt),
    ...(record.message === undefined ? {} : { message: clean(record.message, SENTENCE_CHARACTERS) }),
  };
}

function cleanAttempt(attempt: AttemptRecord): AttemptRecord {
  if (attempt.message === undefined && attempt.note === undefined) return attempt;
  return {
    ...attempt,
    ...(attempt.message === undefined ? {} : { message: clean(attempt.message, SENTENCE_CHARACTERS) }),
    ...(attempt.note === undefined ? {} : { note: clean(attempt.note, SENTENCE_CHARACTERS) }),
  };
}

function clean(text: string, longest: number): string {
  return redact(text.length > longest ? text.slice(0, longest) : text);
}
