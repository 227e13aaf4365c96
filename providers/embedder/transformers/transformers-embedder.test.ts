import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { embedderContract } from '../embedder.contract.ts'
import { findLocalModel } from '../local-model.ts'
import { LocalModelError } from './errors.ts'
import { writeTinyModel } from './tiny-model.fake.ts'
import { TransformersEmbedder } from './transformers-embedder.ts'

const ongoing = new AbortController().signal

async function tinyModel(change: (folder: string) => Promise<void> = async () => {}): Promise<TransformersEmbedder> {
  const folder = await writeTinyModel(join(await mkdtemp(join(tmpdir(), 'nightdesk-model-')), 'tiny'))
  await change(folder)
  const found = await findLocalModel(folder, { modelsDir: '/nowhere', workingDir: '/' })
  if (found.kind !== 'transformers') throw new Error(`found ${found.kind}`)
  return new TransformersEmbedder(found.model)
}

describe('TransformersEmbedder', () => {
  embedderContract(() => tinyModel())

  it('loads nothing before the first text, and knows the dimensions from the configuration', async () => {
    await using embedder = await tinyModel((folder) =>
      rm(join(folder, 'onnx/model.onnx')).then(() => writeFile(join(folder, 'onnx/model.onnx'), 'x')),
    )
    expect(embedder.dimensions).toBe(12)
    expect(await embedder.embed([''], ongoing)).toEqual([new Float32Array(12)])
  })

  it('embeds more texts than run together, in order', async () => {
    await using embedder = await tinyModel()
    const texts = Array.from({ length: 50 }, (_, at) => `${'restart '.repeat(50 - at)} node ${at}`)
    const all = await embedder.embed(texts, ongoing)
    for (const at of [0, 17, 49]) {
      const [alone] = await embedder.embed(texts.slice(at, at + 1), ongoing)
      expect(all[at]?.reduce((sum, value, k) => sum + value * (alone?.[k] ?? 0), 0)).toBeCloseTo(1, 4)
    }
  })

  it('says that the model cannot be used when its weights are damaged', async () => {
    await using embedder = await tinyModel((folder) => writeFile(join(folder, 'onnx/model.onnx'), 'no weights'))
    const failure = embedder.embed(['redis'], ongoing)
    await expect(failure).rejects.toThrow(LocalModelError)
    await expect(failure).rejects.toMatchObject({ retryable: false })
  })
})
