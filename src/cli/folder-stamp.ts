/** `20261124-110500`: sorts by time, and is a file name everywhere. UTC. */
export function folderStamp(time: Date): string {
  return time.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
}
