/** A URL that can be shown to people: its password is masked. */
export function maskUrl(url: string): string {
  return url.replace(/(\/\/[^:@/]*):[^@/]*@/, "$1:***@");
}
