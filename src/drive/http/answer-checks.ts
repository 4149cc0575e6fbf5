import { isDeepStrictEqual } from "node:util";

/** What came, as far as it is checked; a body and a head only where they are looked at. */
export interface Answer {
  readonly status: number;
  readonly body?: string | undefined;
  /** Its header lines. */
  readonly head?: Buffer | string;
}

/** What an answer must be to count as one. All that is given must hold. */
export interface Expectation {
  /** Statuses, as ranges with both ends. */
  readonly statuses: readonly (readonly [number, number])[];
  /** By name, in any case: a text that the header's value has somewhere. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A text that the body has somewhere. */
  readonly contains?: string;
  readonly matches?: RegExp;
  /** By path (`items.0.id`): the value that stands there in a body of JSON. */
  readonly json?: Readonly<Record<string, unknown>>;
}

/** An answer that came and was not what was expected: an error, and not a fast success. */
export class WrongAnswer extends Error {
  override readonly name = "WrongAnswer";
  /** The kind that it is counted as. */
  readonly code: "wrong-answer-status" | "wrong-answer-header" | "wrong-answer-body";

  constructor(code: WrongAnswer["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** Whether an answer needs its body kept to be checked. */
export function readsBody({ contains, matches, json }: Expectation): boolean {
  return contains !== undefined || matches !== undefined || json !== undefined;
}

/** Holds an answer against what was expected. Throws a WrongAnswer that says what differs. */
export function checkAnswer({ status, body, head }: Answer, expected: Expectation): void {
  if (!expected.statuses.some(([low, high]) => status >= low && status <= high)) {
    throw new WrongAnswer(
      "wrong-answer-status",
      `the status is ${status}, and ${rangesText(expected.statuses)} was expected`,
    );
  }
  if (expected.headers !== undefined) checkHeaders(textOf(head), expected.headers);
  if (!readsBody(expected)) return;
  const text = body ?? "";
  if (expected.contains !== undefined && !text.includes(expected.contains)) {
    throw wrongBody(`does not contain ${JSON.stringify(expected.contains)}`, text);
  }
  if (expected.matches !== undefined && !expected.matches.test(text)) {
    throw wrongBody(`does not match ${expected.matches}`, text);
  }
  if (expected.json !== undefined) checkJson(text, expected.json);
}

function textOf(bytes: Buffer | string | undefined): string {
  return typeof bytes === "string" ? bytes : (bytes?.toString("utf8") ?? "");
}

function checkHeaders(head: string, expected: Readonly<Record<string, string>>): void {
  const lines = head.split("\r\n");
  for (const [name, wanted] of Object.entries(expected)) {
    const start = `${name.toLowerCase()}:`;
    const values = lines.filter((line) => line.toLowerCase().startsWith(start));
    const found = values.map((line) => line.slice(start.length).trim());
    if (found.some((value) => value.includes(wanted))) continue;
    const what = found.length === 0 ? "is missing" : `is ${JSON.stringify(found.join(", "))}`;
    const message = `the header ${name} ${what}, and ${JSON.stringify(wanted)} was expected in it`;
    throw new WrongAnswer("wrong-answer-header", message);
  }
}

function checkJson(text: string, expected: Readonly<Record<string, unknown>>): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrongBody("is no JSON", text);
  }
  for (const [path, wanted] of Object.entries(expected)) {
    const found = path.split(".").reduce((at: unknown, key) => (isRecord(at) ? at[key] : undefined), value);
    if (isDeepStrictEqual(found, wanted)) continue;
    throw wrongBody(`has ${JSON.stringify(found)} at ${path}, and not ${JSON.stringify(wanted)}`, text);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function wrongBody(how: string, text: string): WrongAnswer {
  const shown = text.length > 80 ? `${text.slice(0, 80)}...` : text;
  return new WrongAnswer("wrong-answer-body", `the body ${how}: ${JSON.stringify(shown)}`);
}

function rangesText(ranges: Expectation["statuses"]): string {
  return ranges.map(([low, high]) => (low === high ? String(low) : `${low}-${high}`)).join(" or ");
}
