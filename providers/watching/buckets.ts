import type { ProviderKind } from '../gateway/call.ts'

export type Bucket = 'short' | 'medium' | 'long'

/** Characters of a prompt, milliseconds of audio, characters to be said or embedded: below the first short, below the second medium. */
const inputBounds: Readonly<Record<ProviderKind, readonly [number, number]>> = {
  llm: [4_000, 16_000],
  'speech-to-text': [3_000, 15_000],
  'text-to-speech': [60, 240],
  embedder: [500, 8_000],
}
const outputBounds: Readonly<Record<ProviderKind, readonly [number, number]>> = {
  llm: [400, 1_600],
  'speech-to-text': [30, 150],
  'text-to-speech': [3_000, 15_000],
  embedder: [1, 32],
}

export function inputBucket(size: number, kind: ProviderKind): Bucket {
  return bucket(size, inputBounds[kind])
}

export function outputBucket(size: number, kind: ProviderKind): Bucket {
  return bucket(size, outputBounds[kind])
}

function bucket(size: number, [short, medium]: readonly [number, number]): Bucket {
  if (size < short) return 'short'
  return size < medium ? 'medium' : 'long'
}
