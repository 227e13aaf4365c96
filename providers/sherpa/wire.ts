/** What the process is started with. */
export interface SherpaStart {
  /** To be imported; absent: `sherpa-onnx-node`. */
  modulePath: string
  task: 'hear' | 'say'
  /** Of one model, as it comes. */
  folder: string
}

export type SherpaAsk =
  | { id: number; kind: 'hear'; samples: Float32Array; sampleRate: number }
  | { id: number; kind: 'say'; text: string; speed: number }

export type SherpaAnswer =
  | { id: number; kind: 'heard'; text: string }
  | { id: number; kind: 'said'; samples: Float32Array; sampleRate: number }
  /** `fatal`: the model itself can't be used. */
  | { id: number; kind: 'failed'; reason: string; fatal: boolean }
