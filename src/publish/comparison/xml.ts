/** Everything that XML 1.0 has no place for, not even as a reference: control characters, half surrogates, U+FFFE and U+FFFF. */
const illegal = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** An element; attributes that are undefined are left out, children are XML already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  children: readonly string[] = [],
): string {
  const listed = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${xmlText(String(value))}"`)
    .join("");
  if (children.length === 0) return `<${name}${listed}/>`;
  return `<${name}${listed}>${children.join("")}</${name}>`;
}

/** Text for content or an attribute. Line ends are written as references, since a parser may change them otherwise. */
export function xmlText(text: string): string {
  return text.replace(illegal, "").replace(/[&<>"'\t\n\r]/g, (char) => `&#${char.charCodeAt(0)};`);
}
