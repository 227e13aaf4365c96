import { OpsError } from '#runtime/errors.ts'

const headerBytes = 24

export class ModelFileError extends OpsError {
  override readonly name = 'ModelFileError'
  readonly code = 'embedding_model_unreadable'
  readonly retryable = false
  readonly userMessage = 'The embedding model is missing or damaged. Reinstall Nightdesk, or set EMBEDDING_MODEL=none.'
}

/** One int8 row a token with a scale of its own; file format in model/MODEL_CARD.md, "Table and pooling". */
export interface TokenTable {
  size: number
  dimensions: number
  /** A token that stands n times in a text counts n ** (1 - alpha). */
  alpha: number
  scales: Float32Array
  rows: Int8Array
}

/** @throws {ModelFileError} When the bytes are not such a file. */
export function readTokenTable(file: Uint8Array): TokenTable {
  const aligned = new Uint8Array(file).buffer
  const view = new DataView(aligned)
  const magic = Buffer.from(aligned, 0, Math.min(8, aligned.byteLength)).toString('latin1')
  if (magic !== 'OPSEMB1\0') throw new ModelFileError(`not an ops-embed table: it begins with ${JSON.stringify(magic)}`)
  const size = view.getUint32(8, true)
  const dimensions = view.getUint32(12, true)
  const expected = headerBytes + 4 * size + size * dimensions
  if (aligned.byteLength !== expected) {
    throw new ModelFileError(`the ops-embed table has ${aligned.byteLength} bytes and its header promises ${expected}`)
  }
  return {
    size,
    dimensions,
    alpha: Math.round(view.getFloat32(16, true) * 1e4) / 1e4,
    scales: new Float32Array(aligned, headerBytes, size),
    rows: new Int8Array(aligned, headerBytes + 4 * size, size * dimensions),
  }
}
