/** A stream that text goes to: a terminal, a file or a pipe. */
export interface Output {
  write(text: string): void;
  /** Whether a person is watching; decides about the live view. */
  readonly isTTY: boolean;
  readonly columns: number;
}
