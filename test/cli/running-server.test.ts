import { describe, expect, test } from "vitest";
import { dyno, folderWith } from "../support/run-dyno.ts";

const scenario = `why: A server that runs already.
target: { kind: http, url: "http://127.0.0.1:9/" }
warmup: none
load: [{ phase: full, shape: concurrency, clients: 1, for: 100ms }]
`;

describe("a server that runs already", () => {
  test.each([
    ["dyno gate --base", ["gate", "steady", "--base", "main"]],
    ["dyno ab of two revisions", ["ab", "steady", "--a", "main", "--b", "HEAD"]],
  ])("is refused by %s before anything is checked out, with the mend", async (_, args) => {
    // The folder is no repository: whoever looks for a revision says that.
    const cwd = await folderWith(scenario);
    const { code, stdout, stderr } = await dyno(args, { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      /steady\.yaml: target\.url is a server that runs already \(http:\/\/127\.0\.0\.1:9\), .*`start: \{ command:/,
    );
  });
});
