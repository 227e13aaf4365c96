import { basename, dirname } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { env, type FeatureExtractionPipeline, pipeline } from '@huggingface/transformers'
import { reasonOf } from '#runtime/errors.ts'
import type { ThreadAnswer, ThreadAsk, ThreadStart } from './wire.ts'

/** Runs one model, since it would keep the main thread for as long as it computes. */
const { model }: ThreadStart = workerData
env.allowRemoteModels = false
env.allowLocalModels = true
env.localModelPath = `${dirname(model.folder)}/`

let loading: Promise<FeatureExtractionPipeline> | undefined

async function answer({ id, texts }: ThreadAsk): Promise<ThreadAnswer> {
  let extract: FeatureExtractionPipeline
  try {
    loading ??= pipeline('feature-extraction', basename(model.folder), { dtype: model.dtype, local_files_only: true })
    extract = await loading
  } catch (error) {
    return { id, failure: reasonOf(error), fatal: true }
  }
  try {
    const vectors: Float32Array[] = []
    const output = await extract([...texts], { pooling: model.pooling, normalize: true })
    const [count = 0, dimensions = 0] = output.dims
    const all = Float32Array.from(output.data, Number)
    for (let at = 0; at < count; at++) vectors.push(all.slice(at * dimensions, (at + 1) * dimensions))
    return { id, vectors }
  } catch (error) {
    return { id, failure: reasonOf(error), fatal: false }
  }
}

let turn: Promise<void> = Promise.resolve()
parentPort?.on('message', (ask: ThreadAsk) => {
  turn = turn.then(async () => parentPort?.postMessage(await answer(ask)))
})
