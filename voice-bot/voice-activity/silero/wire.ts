/** Of a thread: it waits for a message; it was woken and hasn't looked since; it looks again by itself. */
export const wakefulness = { asleep: 0, woken: 1, atWork: 2 } as const

/** What the thread is started with. */
export interface ThreadStart {
  /** One Int32, a `wakefulness`: only a thread that is asleep need be sent a message. */
  woken: SharedArrayBuffer
  /** Of a `FrameRing`: where frames go that were judged. */
  frames: SharedArrayBuffer
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
  /** Frames may lie in the ring; at the least, it is alive. */
  | { kind: 'look' }

/** Numbers that a frame is told by: the stream's id, which frame, probability, level, pitch or 0. */
export const frameFields = 5
