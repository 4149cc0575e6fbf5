/** The values of a query string by their names; a name that comes more than once has a list. */
export type Query = Record<string, string | string[]>;

/** Reads `page=2&tag=a&tag=b`, as the query of a URL. What is not encoded as it should be stays as it is. */
export function parse(query: string): Query {
  const values: Query = Object.create(null);
  for (let start = 0; start < query.length; ) {
    const next = query.indexOf("&", start);
    const end = next < 0 ? query.length : next;
    if (end > start) add(values, query, start, end);
    start = end + 1;
  }
  return values;
}

function add(values: Query, query: string, start: number, end: number): void {
  const equals = query.indexOf("=", start);
  const middle = equals < 0 || equals > end ? end : equals;
  const name = decode(query.slice(start, middle));
  const value = decode(query.slice(middle + 1, end));
  const known = values[name];
  if (known === undefined) values[name] = value;
  else if (typeof known === "string") values[name] = [known, value];
  else known.push(value);
}

function decode(text: string): string {
  if (!text.includes("%") && !text.includes("+")) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
