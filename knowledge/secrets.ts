import { assignmentsIn } from './secrets-assignments.ts'
import { carriersIn } from './secrets-carriers.ts'
import { privateKeysIn } from './secrets-keys.ts'
import { tableSecretsIn } from './secrets-tables.ts'
import { type SecretSpan, tokensIn } from './secrets-tokens.ts'

export interface Masked {
  text: string
  /** How many secrets there were; a private key is one. */
  count: number
}

/**
 * Puts `[masked:kind]` in the place of keys, tokens, passwords, private keys and the passwords of URLs and connection
 * strings. Line numbers stay what they were. Placeholders, references to secrets, digests, identifiers and public keys are
 * left alone. Time is linear in the length of the text.
 */
export function maskSecrets(text: string): Masked {
  const spans = apart([
    ...privateKeysIn(text),
    ...tokensIn(text),
    ...carriersIn(text),
    ...assignmentsIn(text),
    ...tableSecretsIn(text),
  ])
  if (spans.length === 0) return { text, count: 0 }
  let masked = ''
  let at = 0
  let count = 0
  let before: SecretSpan | undefined
  for (const span of spans) {
    masked += `${text.slice(at, span.from)}[masked:${span.kind}]`
    if (!continuesKey(before, span, text)) count++
    at = span.to
    before = span
  }
  return { text: masked + text.slice(at), count }
}

/** In order, and without those that overlap an earlier one. Of two from the same place, the longer. */
function apart(spans: readonly SecretSpan[]): SecretSpan[] {
  const sorted = spans.toSorted((one, other) => one.from - other.from || other.to - one.to)
  const kept: SecretSpan[] = []
  for (const span of sorted) if (span.from >= (kept.at(-1)?.to ?? 0)) kept.push(span)
  return kept
}

/** Whether this is another line of the same private key. */
function continuesKey(before: SecretSpan | undefined, span: SecretSpan, text: string): boolean {
  if (before?.kind !== 'private-key' || span.kind !== 'private-key') return false
  return !text.slice(before.to, span.from).includes('-----')
}
