/** A text with its variables filled in. */
export interface Interpolated {
  readonly text: string;
  /** Whether the whole text was one variable. */
  readonly isWholeValue: boolean;
  /** Values of variables whose names tell that they are secret. */
  readonly secrets: readonly string[];
  /** What is wrong: a variable that is not set, an unclosed `${`. */
  readonly problem?: string;
}

const variable = /\$\$\{|\$\{([A-Za-z_]\w*)(?:(:-|:\?)([^}]*))?\}|\$\{/g;
const secretName = /TOKEN|PASSWORD|PASSWD|SECRET|KEY|CREDENTIAL/i;

/** Fills in `${NAME}`, `${NAME:-default}` and `${NAME:?message}`; `$${` stands for a plain `${`. An empty variable counts as not set. */
export function interpolate(text: string, env: Readonly<Record<string, string | undefined>>): Interpolated {
  const secrets: string[] = [];
  let problem: string | undefined;
  const filled = text.replaceAll(variable, (whole, name?: string, kind?: string, rest?: string) => {
    if (whole === "$${") return "${";
    if (name === undefined) {
      problem ??= "`${` begins no variable: write ${NAME}, ${NAME:-default}, or $${ for a plain ${";
      return whole;
    }
    const value = env[name];
    if (value !== undefined && value !== "") {
      if (secretName.test(name)) secrets.push(value);
      return value;
    }
    if (kind === ":-") return rest ?? "";
    problem ??=
      kind === ":?"
        ? `${name} is not set: ${rest}`
        : `${name} is not set; set it, or write \${${name}:-default}`;
    return whole;
  });
  const isWholeValue = /^\$\{[^}]*\}$/.test(text);
  return { text: filled, isWholeValue, secrets, ...(problem === undefined ? {} : { problem }) };
}
