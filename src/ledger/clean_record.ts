import { type AttemptRecord, type CallRecord, redact } from "../core/mod.ts";

const NAME_CHARACTERS = 200;
const SENTENCE_CHARACTERS = 1_000;
const MOST_ATTEMPTS = 50;
const MOST_WARNINGS = 20;

/** The record with every text of foreign origin redacted and bounded; the rest is unchanged, and usually all of it. */
export function cleanRecord(record: CallRecord): CallRecord {
  return isClean(record) ? record : {
    ...record,
    modelAsked: clean(record.modelAsked, NAME_CHARACTERS),
    agent: clean(record.agent, NAME_CHARACTERS),
    session: clean(record.session, NAME_CHARACTERS),
    warnings: record.warnings.slice(0, MOST_WARNINGS).map((warning) => clean(warning, SENTENCE_CHARACTERS)),
    attempts: record.attempts.slice(-MOST_ATTEMPTS).map(cleanAttempt),
    ...(record.message === undefined ? {} : { message: clean(record.message, SENTENCE_CHARACTERS) }),
  };
}

function cleanAttempt(attempt: AttemptRecord): AttemptRecord {
  return isCleanAttempt(attempt) ? attempt : {
    ...attempt,
    ...(attempt.message === undefined ? {} : { message: clean(attempt.message, SENTENCE_CHARACTERS) }),
    ...(attempt.note === undefined ? {} : { note: clean(attempt.note, SENTENCE_CHARACTERS) }),
  };
}

function isClean({ modelAsked, agent, session, message, warnings, attempts }: CallRecord): boolean {
  return unchanged(modelAsked, NAME_CHARACTERS) && unchanged(agent, NAME_CHARACTERS) &&
    unchanged(session, NAME_CHARACTERS) && unchanged(message, SENTENCE_CHARACTERS) &&
    warnings.length <= MOST_WARNINGS && attempts.length <= MOST_ATTEMPTS &&
    warnings.every((warning) => unchanged(warning, SENTENCE_CHARACTERS)) && attempts.every(isCleanAttempt);
}

function isCleanAttempt({ message, note }: AttemptRecord): boolean {
  return unchanged(message, SENTENCE_CHARACTERS) && unchanged(note, SENTENCE_CHARACTERS);
}

function unchanged(text: string | undefined, longest: number): boolean {
  return text === undefined || text === clean(text, longest);
}

function clean(text: string, longest: number): string {
  return redact(text.length > longest ? text.slice(0, longest) : text);
}
