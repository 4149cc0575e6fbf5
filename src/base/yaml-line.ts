import { stringify } from "yaml";

/**
 * `key: value` as one line of YAML, quoted where readers of YAML 1.1 or 1.2 would take a text for something else. What looks
 * like a variable is written so that `readYaml` gives it back as it was.
 */
export function yamlLine(key: string, value: string | number | boolean): string {
  const text = typeof value === "string" ? value.replaceAll("${", "$$${") : value;
  const line = stringify(
    { [key]: text },
    {
      lineWidth: 0,
      blockQuote: false,
      doubleQuotedMinMultiLineLength: Number.POSITIVE_INFINITY,
      compat: "yaml-1.1",
    },
  );
  // Not trimmed: a text may end with spaces that only Unicode knows.
  return line.slice(0, -1);
}
