import type { TransformersModel } from '../local-model.ts'

/** What the thread is started with. */
export interface ThreadStart {
  model: TransformersModel
}

export interface ThreadAsk {
  id: number
  texts: readonly string[]
}

export type ThreadAnswer =
  | { id: number; vectors: Float32Array[] }
  /** `fatal`: the model itself can't be used. */
  | { id: number; failure: string; fatal: boolean }
