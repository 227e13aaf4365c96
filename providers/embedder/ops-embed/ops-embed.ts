import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Embedder, type TokenVectors, unitLength } from '../embedder.ts'
import { ModelFileError, readTokenTable, type TokenTable } from './token-table.ts'
import { OpsTokenizer } from './tokenizer.ts'

/** Texts after which whoever else waits for the thread gets a turn; some milliseconds. */
const turnEvery = 32

const shippedModel = join(import.meta.dirname, 'model')

/**
 * Our own bilingual embedding: a weighted sum of token vectors, no network and no download (model/MODEL_CARD.md).
 * Besides whole texts it gives single token vectors, which reranking compares one by one.
 */
export class OpsEmbed implements Embedder, TokenVectors {
  readonly id: string
  readonly dimensions: number
  readonly size: number
  readonly tokenizer: OpsTokenizer
  readonly #table: TokenTable
  readonly #sum: Float64Array

  /** @param name Tells it from other models of this format. */
  constructor(table: TokenTable, tokenizer: OpsTokenizer, name = 'ops-embed-1') {
    if (tokenizer.size !== table.size) {
      throw new ModelFileError(`the tokenizer has ${tokenizer.size} pieces and the table ${table.size} rows`)
    }
    this.id = `${name}/${table.dimensions}`
    this.dimensions = table.dimensions
    this.size = table.size
    this.tokenizer = tokenizer
    this.#table = table
    this.#sum = new Float64Array(table.dimensions)
  }

  async embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    const vectors: Float32Array[] = []
    for (const [at, text] of texts.entries()) {
      signal.throwIfAborted()
      vectors.push(this.encode(text))
      if (at % turnEvery === turnEvery - 1) await new Promise((resolve) => setImmediate(resolve))
    }
    return vectors
  }

  /** Unit length; all zeros when the text has no token. About 0.02 ms a sentence. */
  encode(text: string): Float32Array {
    const counts = new Map<number, number>()
    for (const token of this.tokenizer.tokens(text)) counts.set(token, (counts.get(token) ?? 0) + 1)
    const sum = this.#sum.fill(0)
    const { rows, scales, alpha, dimensions } = this.#table
    for (const [token, count] of counts) {
      const weight = (count === 1 ? 1 : count ** (1 - alpha)) * (scales[token] ?? 0)
      const at = token * dimensions
      for (let k = 0; k < dimensions; k++) sum[k] = (sum[k] ?? 0) + weight * (rows[at + k] ?? 0)
    }
    return unitLength(sum)
  }

  tokens(text: string): number[] {
    return this.tokenizer.tokens(text)
  }

  /** The vector of one token, not normalised: its length is the token's learned weight. */
  tokenVector(token: number): Float32Array {
    const { rows, scales, dimensions } = this.#table
    const scale = scales[token] ?? 0
    const vector = new Float32Array(dimensions)
    for (let k = 0; k < dimensions; k++) vector[k] = scale * (rows[token * dimensions + k] ?? 0)
    return vector
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** @throws {ModelFileError} When a file is missing or is not what the model card says. */
export async function loadOpsEmbed(folder: string = shippedModel): Promise<OpsEmbed> {
  try {
    const [table, tokenizer] = await Promise.all([
      readFile(join(folder, 'ops-embed.bin')),
      readFile(join(folder, 'tokenizer.tsv'), 'utf8'),
    ])
    const isShipped = folder === shippedModel
    const name = isShipped ? undefined : `ops-embed-${createHash('sha256').update(table).digest('hex').slice(0, 8)}`
    return new OpsEmbed(readTokenTable(table), new OpsTokenizer(tokenizer), name)
  } catch (cause) {
    if (cause instanceof ModelFileError) throw cause
    throw new ModelFileError(`cannot read the embedding model in ${folder}`, { cause })
  }
}
