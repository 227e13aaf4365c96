import { hash } from 'node:crypto'

/** Letters and figures alone: it stands in URLs and on command lines. 16 of them tell 10^12 apart safely. */
const idLength = 16

/** A short name made of a text: the same for the same text, and different for any other. */
export function idOf(...parts: readonly string[]): string {
  return hash('sha256', parts.join('\u0000'), 'base64url').replaceAll(/[-_]/g, '').slice(0, idLength)
}

/** Stable for as long as the document stays where it is. */
export function documentIdOf(source: string, entry: string, part: string): string {
  return idOf(source, entry, part)
}
