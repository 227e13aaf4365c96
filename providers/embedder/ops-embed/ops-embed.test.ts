import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { embedderContract } from '#providers/embedder/embedder.contract.ts'
import { loadOpsEmbed } from './ops-embed.ts'
import { ModelFileError, readTokenTable } from './token-table.ts'

const TestVector = z.object({ text: z.string(), ids: z.array(z.number()), vector16: z.array(z.number()) })
const lines = (await readFile(join(import.meta.dirname, 'model/test-vectors.jsonl'), 'utf8')).trim().split('\n')
const testVectors = lines.map((line) => TestVector.parse(JSON.parse(line)))

describe('OpsEmbed', () => {
  embedderContract(() => loadOpsEmbed())

  it('agrees with every test vector of its model card', async () => {
    await using model = await loadOpsEmbed()
    expect(testVectors.length).toBeGreaterThanOrEqual(30)
    for (const { text, ids, vector16 } of testVectors) {
      expect(model.tokenizer.tokens(text)).toEqual(ids)
      const vector = model.encode(text)
      for (const [k, value] of vector16.entries()) expect(vector[k]).toBeCloseTo(value, 5)
    }
  })

  it('puts a Japanese question nearest to the English text that it is about', async () => {
    await using model = await loadOpsEmbed()
    const near = dot(model.encode('証明書の有効期限を確認する'), model.encode('check when the certificate expires'))
    const far = dot(model.encode('証明書の有効期限を確認する'), model.encode('add a column to the table'))
    expect(near).toBeGreaterThan(far + 0.2)
  })

  it('says what to do when its files are missing or damaged', async () => {
    await expect(loadOpsEmbed('/nowhere')).rejects.toThrow(ModelFileError)
    expect(() => readTokenTable(Buffer.from('not a model'))).toThrow(ModelFileError)
    expect(() => readTokenTable(Buffer.concat([Buffer.from('OPSEMB1\0'), Buffer.alloc(40, 1)]))).toThrow(
      'header promises',
    )
  })
})

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, k) => sum + value * (b[k] ?? 0), 0)
}
