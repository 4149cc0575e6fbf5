import { type Answer, checkAnswer, type Expectation } from "../http/answer-checks.ts";
import type { Check } from "../target.ts";

/** Checks the answers of a session, and counts those that were wrong. */
export interface AnswerTally {
  /** Throws a WrongAnswer that says what differs. */
  check(answer: Answer, expected: Expectation): void;
  /** Whether every answer was right: true or false however busy the machine was. None where there was no answer. */
  results(): readonly Check[];
}

/** Creates a tally. */
export function createAnswerTally(): AnswerTally {
  let answers = 0;
  let wrong = 0;
  let first: string | undefined;
  return {
    check: (answer, expected) => {
      answers++;
      try {
        checkAnswer(answer, expected);
      } catch (error) {
        wrong++;
        if (error instanceof Error) first ??= error.message;
        throw error;
      }
    },
    results: () => {
      if (answers === 0) return [];
      const detail =
        wrong === 0
          ? `${answers} answers were checked`
          : `${wrong} of ${answers} answers were wrong; the first: ${first}`;
      return [{ name: "answers are right", ok: wrong === 0, detail, metric: "error_rate" }];
    },
  };
}
