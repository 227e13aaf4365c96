/**
 * A few small facts that all processes of an installation share, by topic: figures that add up, and values of which the
 * newest counts. It is no place for anything that must not be lost.
 */
export interface Board extends AsyncDisposable {
  /** Adds to figures of a topic; whatever was never added to is 0. What is in the topic is forgotten `keepMs` after the last call. */
  add(topic: string, amounts: ReadonlyMap<string, number>, keepMs: number, signal: AbortSignal): Promise<void>
  /** Replaces a value of a topic; undefined: takes it away. */
  put(topic: string, name: string, value: string | undefined, signal: AbortSignal): Promise<void>
  /** All of a topic by name. */
  read(topic: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>>
}
