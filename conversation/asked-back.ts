import { z } from 'zod'
import type { HeardNames } from './heard-names.ts'

/** A name that was heard badly, and what was asked about it. */
export const AskedBack = z.object({
  /** The turn in which it was asked: only the next one answers it. */
  traceId: z.string(),
  question: z.string(),
  heard: z.string(),
  candidates: z.array(z.string()).min(1),
  lang: z.enum(['en', 'ja']),
})
export type AskedBack = z.infer<typeof AskedBack>

/** What has to be known before the question can be answered; undefined: nothing, or it was asked already. */
export function doubtOf(
  said: string,
  names: HeardNames | undefined,
  before: AskedBack | undefined,
): Pick<AskedBack, 'question' | 'heard' | 'candidates'> | undefined {
  const doubt = names?.doubts.find(({ heard, candidates }) => said.includes(heard) && candidates.length > 0)
  if (doubt === undefined || doubt.heard === before?.heard) return undefined
  return { question: said, heard: doubt.heard, candidates: doubt.candidates.slice(0, 3) }
}

/** What came of asking: the question as it was meant; or it has to be asked again. */
export type NameChoice = { kind: 'question'; text: string } | { kind: 'again' }

const politeness =
  /^(?:(?:please|i (?:mean|meant|said)|it(?:'s| is)|yes|yeah|the|no|えっと|はい|いや)[,、\s]+)+|(?:[,、\s]+(?:please|one|thanks))+$/gi
const politenessJa = /(?:の(?:方|ほう|こと))?(?:を)?(?:です|でお願いします|お願いします|だよ|だね|だ|よ|ね)*$/
const places: readonly RegExp[] = [
  /^(?:first|former|one|number one|最初|(?:一|1|ひと)つ目|(?:一|1)番目?|前者|前)$/i,
  /^(?:second|latter|two|number two|(?:二|2|ふた)つ目|(?:二|2)番目?|後者|後)$/i,
  /^(?:third|last|three|number three|(?:三|3|みっ)つ目|(?:三|3)番目?|最後)$/i,
]
const agrees =
  /^(?:yes|yeah|yep|right|correct|exactly|that(?:'s| is) (?:it|right)|はい|ええ|うん|そう(?:です)?|そうそう|合ってる)$/i
const denies =
  /^(?:no|nope|neither|none(?: of (?:them|those|these))?|something else|いいえ|いや|違う|違います|ちがう|どちらでもない|どれでもない|別の)$/i
/** More words than these are a question of their own. */
const mostWords = 5
const mostJapanese = 24

/** What somebody says who was asked which name they mean; undefined: something else. */
export function nameChoice(said: string, { question, heard, candidates }: AskedBack): NameChoice | undefined {
  const plain = said
    .normalize('NFKC')
    .replace(/[.!?,。！？、\s]+$/g, '')
    .trim()
  if (
    plain === '' ||
    plain.split(/\s+/).length > mostWords ||
    (/[^\x20-\x7e]/.test(plain) && plain.length > mostJapanese)
  )
    return undefined
  const meant = (name: string): NameChoice => ({ kind: 'question', text: question.replace(heard, name) })
  const [only] = candidates
  if (denies.test(plain)) return { kind: 'question', text: question }
  if (agrees.test(plain)) return candidates.length === 1 && only !== undefined ? meant(only) : { kind: 'again' }
  const short = plain.replace(politeness, '').replace(politenessJa, '').trim()
  const place = places.findIndex((pattern) => pattern.test(short))
  const placed = candidates[place === 2 ? candidates.length - 1 : place]
  if (place >= 0 && placed !== undefined) return meant(placed)
  const named = candidates.filter((name) => lettersOf(plain).includes(lettersOf(name)))
  const longest = named.toSorted((one, other) => other.length - one.length)[0]
  return longest === undefined ? undefined : meant(longest)
}

function lettersOf(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')
}
