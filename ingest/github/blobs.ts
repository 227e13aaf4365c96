import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { GithubApi } from './api.ts'
import { GithubAnswerError } from './errors.ts'

/** Reads contents by their SHA. */
export interface BlobReader {
  read(sha: string, signal: AbortSignal): Promise<Uint8Array>
  /** As `read`, and the next `read` of it costs nothing. */
  readAhead(sha: string, signal: AbortSignal): Promise<Uint8Array>
  hasAhead(sha: string): boolean
}

const Blob = z.object({ content: z.string(), encoding: z.literal('base64') })

export function blobReader(api: GithubApi): BlobReader {
  const ahead = new Map<string, Uint8Array>()
  const fetchBlob = async (sha: string, signal: AbortSignal): Promise<Uint8Array> => {
    const blob = await api.get('/git/blobs/{sha}', { sha }, Blob, signal)
    const bytes = Buffer.from(blob.content, 'base64')
    if (!isContentOf(sha, bytes)) throw new GithubAnswerError(`the content of blob ${sha} isn't what its name says`)
    return bytes
  }
  return {
    async read(sha, signal) {
      const bytes = ahead.get(sha)
      ahead.delete(sha)
      return bytes ?? fetchBlob(sha, signal)
    },
    async readAhead(sha, signal) {
      const bytes = ahead.get(sha) ?? (await fetchBlob(sha, signal))
      ahead.set(sha, bytes)
      return bytes
    },
    hasAhead: (sha) => ahead.has(sha),
  }
}

/** Git names a blob by the hash of its length and content: so whatever went wrong on the way is noticed. */
export function isContentOf(sha: string, bytes: Uint8Array): boolean {
  const algorithm = sha.length === 64 ? 'sha256' : 'sha1'
  return createHash(algorithm).update(`blob ${bytes.length}\0`).update(bytes).digest('hex') === sha
}
