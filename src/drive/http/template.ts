import type { Random } from "../../base/random.ts";

/** The columns of each data by its name; undefined before the file was read: then any column will do. */
export type DataColumns = Readonly<Record<string, readonly string[] | undefined>>;

/** What one request is filled in with. */
export interface TemplateContext {
  /** The operation's number, from 0. */
  readonly n: number;
  readonly random: Random;
  /** By the name of the data: the row that this request has. */
  readonly row: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A text whose places are filled in anew for each request. */
export interface Template {
  /** Whether there is nothing to fill in. */
  readonly isFixed: boolean;
  /** Its fixed texts and its places, in order. */
  readonly parts: readonly TemplatePart[];
  render(context: TemplateContext): string;
}

/** A fixed text, or what gives one for a request. */
export type TemplatePart = string | ((context: TemplateContext) => string);

/** A place that means nothing. */
export interface TemplateProblem {
  /** One sentence: what is wrong, and the mend. */
  readonly message: string;
}

type Fill = (context: TemplateContext) => string;

const known = "n, int LOW HIGH, text LENGTH, uuid, pick A B ..., and DATA.COLUMN";

/** How a value from outside is written where it stands. */
export type Escape = (value: string) => string;

/**
 * Compiles a text with places such as `{{n}}`, `{{int 1 100}}`, `{{text 16}}`, `{{uuid}}`, `{{pick a b}}` and
 * `{{users.id}}` (a column of the rows in `data`, escaped); `{{{{` stands for a plain `{{`.
 */
export function compileTemplate(
  text: string,
  data: DataColumns,
  escapeValue: Escape = (value) => value,
): Template | TemplateProblem {
  const parts: TemplatePart[] = [];
  const places = /\{\{\{\{|\{\{([^{}]*)\}\}|\{\{/g;
  let end = 0;
  for (const place of text.matchAll(places)) {
    parts.push(text.slice(end, place.index));
    end = place.index + place[0].length;
    if (place[0] === "{{{{") {
      parts.push("{{");
      continue;
    }
    if (place[1] === undefined) {
      return { message: "`{{` begins no place: close it with }}, or write {{{{ for a plain {{" };
    }
    const fill = compilePlace(place[1].trim(), data, escapeValue);
    if (typeof fill !== "function") return fill;
    parts.push(fill);
  }
  parts.push(text.slice(end));
  const fixed = parts.every((part) => typeof part === "string") ? parts.join("") : undefined;
  return {
    isFixed: fixed !== undefined,
    parts,
    render: (context) => fixed ?? fillIn(parts, context),
  };
}

/** All parts as one text. */
export function fillIn(parts: readonly TemplatePart[], context: TemplateContext): string {
  let filled = "";
  for (const part of parts) filled += typeof part === "string" ? part : part(context);
  return filled;
}

function compilePlace(place: string, data: DataColumns, escapeValue: Escape): Fill | TemplateProblem {
  const [word = "", ...given] = place.split(/\s+/);
  const column = /^([\w-]+)\.(.+)$/.exec(place);
  if (column !== null) return compileColumn(column[1] ?? "", column[2] ?? "", data, escapeValue);
  if (word === "n" && given.length === 0) return ({ n }) => String(n);
  if (word === "uuid" && given.length === 0) return ({ random }) => uuidFrom(random);
  if (word === "int") return compileInt(place, given);
  if (word === "text") return compileText(place, given);
  if (word === "pick" && given.length > 0) return ({ random }) => given[random.integer(given.length)] ?? "";
  return { message: `\`{{${place}}}\` is nothing that can be filled in: there are ${known}` };
}

function compileColumn(
  name: string,
  column: string,
  data: DataColumns,
  escapeValue: Escape,
): Fill | TemplateProblem {
  if (!Object.hasOwn(data, name)) {
    const names = Object.keys(data);
    const there = names.length === 0 ? "add `data: { NAME: FILE.csv }`" : `there is ${names.join(", ")}`;
    return { message: `\`{{${name}.${column}}}\`: there is no data named ${name}; ${there}` };
  }
  const columns = data[name];
  if (columns !== undefined && !columns.includes(column)) {
    return {
      message: `\`{{${name}.${column}}}\`: ${name} has no column ${column}; it has ${columns.join(", ")}`,
    };
  }
  return ({ row }) => escapeValue(row[name]?.[column] ?? "");
}

function compileInt(place: string, given: readonly string[]): Fill | TemplateProblem {
  const [low, high] = given.map((text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN));
  if (
    given.length !== 2 ||
    low === undefined ||
    high === undefined ||
    !(high >= low) ||
    high - low >= 2 ** 32
  ) {
    return {
      message: `\`{{${place}}}\`: expected two whole numbers, the lower first, such as {{int 1 100}}`,
    };
  }
  return ({ random }) => String(low + random.integer(high - low + 1));
}

const longestText = 1_048_576;

function compileText(place: string, given: readonly string[]): Fill | TemplateProblem {
  const length = given.length === 1 && /^\d{1,7}$/.test(given[0] ?? "") ? Number(given[0]) : Number.NaN;
  if (!(length >= 1 && length <= longestText)) {
    return { message: `\`{{${place}}}\`: expected a length from 1 to ${longestText}, such as {{text 16}}` };
  }
  return ({ random }) => {
    let text = "";
    for (let i = 0; i < length; i++) text += letters.charAt(random.integer(letters.length));
    return text;
  };
}

const letters = "abcdefghijklmnopqrstuvwxyz0123456789";

/** A version 4 UUID (RFC 9562) whose random bits come from the seed. */
function uuidFrom(random: Random): string {
  const hex = (digits: number): string => {
    let text = "";
    for (let i = 0; i < digits; i++) text += random.integer(16).toString(16);
    return text;
  };
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${"89ab".charAt(random.integer(4))}${hex(3)}-${hex(12)}`;
}
