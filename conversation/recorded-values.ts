import { bytesOf, samplesOf } from '#providers/audio/pcm.ts'

/** As JSON that gives back what JSON alone would lose: dates, sound, and `undefined` in lists. */
export function written(value: unknown): string {
  return JSON.stringify(plain(value))
}

export function readBack(line: string): unknown {
  const parsed: unknown = JSON.parse(line)
  return revived(parsed)
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return { $date: value.toISOString() }
  if (value instanceof Int16Array) return { $pcm: Buffer.from(bytesOf(value)).toString('base64') }
  // A vector of hundreds of numbers is of no use to a conversation.
  if (ArrayBuffer.isView(value)) return undefined
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]))
}

function revived(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revived)
  if (typeof value !== 'object' || value === null) return value
  if ('$date' in value && typeof value.$date === 'string') return new Date(value.$date)
  if ('$pcm' in value && typeof value.$pcm === 'string') return samplesOf(Buffer.from(value.$pcm, 'base64'))
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, revived(each)]))
}
