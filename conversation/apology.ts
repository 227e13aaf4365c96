import type { Lang } from '#knowledge/document.ts'
import { OpsError } from '#runtime/errors.ts'
import { TurnTooSlowError } from './errors.ts'
import type { TurnEvent } from './events.ts'
import { type Sentence, said } from './words.ts'

/** Words for the listener, whatever was thrown. @param otherwise Where it says nothing to a user. */
export function apologyFor(reason: unknown, lang: Lang, otherwise: Sentence): Extract<TurnEvent, { kind: 'apology' }> {
  if (!(reason instanceof OpsError)) return { kind: 'apology', code: 'turn_failed', text: said(otherwise, lang) }
  const text = reason instanceof TurnTooSlowError ? said('too-slow', lang) : reason.userMessage
  return { kind: 'apology', code: reason.code, text }
}
