/** What the thread is started with. */
export interface ThreadStart {
  /** One Int32: 1 while the thread has been woken and hasn't looked yet, so that nobody wakes it twice. */
  woken: SharedArrayBuffer
}

export type ThreadAsk =
  /** Frames from the `frame`th on, counted from the stream's beginning. */
  | { kind: 'open'; id: number; sampleRate: number; ring: SharedArrayBuffer; frame: number }
  | { kind: 'close'; id: number }
  | { kind: 'wake' }
  | { kind: 'end' }

export type ThreadTold =
  /** The model is loaded. */
  | { kind: 'ready' }
  /** Frames of any streams, `frameFields` numbers each: the stream's id, which frame, probability, level, pitch or 0. */
  | { kind: 'frames'; told: Float64Array }

export const frameFields = 5
