import type { RankedPassage } from '#knowledge/answer.ts'
import type { Document } from '#knowledge/document.ts'
import { termsOf } from '#knowledge/terms/terms.ts'
import type { ReadQuestion } from './question.ts'

/** One page in two languages: their paths differ by the language alone. */
export function isTranslation(a: Document, b: Document): boolean {
  const neutral = (path: string): string => path.replace(/(^|[/._-])(?:en|ja|jp|en-us|ja-jp)(?=[/._-]|$)/gi, '$1')
  return a.path !== b.path && neutral(a.path) === neutral(b.path)
}

/** The question names what only the older document is about (another product, an old version): then that one answers. */
export function asksAboutOlder(question: ReadQuestion, newer: RankedPassage, older: RankedPassage): boolean {
  if (isTranslation(newer.document, older.document)) return false
  const [scope, other] = [scopeOf(older), scopeOf(newer)]
  const excluded = excludedTerms(question.text)
  if ([...excluded].some((term) => other.has(term) && !scope.has(term))) return true
  const named = question.terms.filter((term) => !excluded.has(term))
  // What a page is about it also says; only what the other page doesn't speak of at all tells them apart.
  const [olderSays, newerSays] = [saidIn(older), saidIn(newer)]
  const forOlder = named.filter((term) => scope.has(term) && !other.has(term) && !newerSays.has(term)).length
  const forNewer = named.filter((term) => other.has(term) && !scope.has(term) && !olderSays.has(term)).length
  return forOlder > forNewer
}

/**
 * The newer page is about a product that the older one doesn't know: they are alike because the products are. A product is
 * what the source or its outermost folder is called, if the page speaks of it.
 */
export function isOtherProduct(newer: RankedPassage, older: RankedPassage): boolean {
  const [root = ''] = newer.document.path.split('/')
  const [said, known] = [saidIn(newer), saidIn(older)]
  const scope = scopeOf(older)
  return termsOf(`${newer.document.source} ${root}`).some(
    (term) => said.has(term) && !known.has(term) && !scope.has(term),
  )
}

/** Where a document stands and what it is called; `en` and `docs` are no topics. */
function scopeOf({ document }: RankedPassage): Set<string> {
  const place = document.path
    .replace(/\.[a-z]+$/, '')
    .replace(/(^|[/._-])(?:en|ja|docs?|content|src|wiki|archive|old)(?=[/._-]|$)/g, '$1')
  return new Set(termsOf(`${document.source} ${place.replaceAll('/', ' ')} ${document.title}`))
}

function saidIn({ passage }: RankedPassage): Set<string> {
  return new Set(termsOf(`${passage.heading.join('\n')}\n${passage.text}`))
}

function excludedTerms(text: string): Set<string> {
  const found = text.matchAll(
    /\b(?:non-|not (?:on |in |for |using |an? )?|without |except (?:for |on )?|outside (?:of )?)([A-Za-z][\w-]+)|([A-Za-z][\w-]+)(?:以外|ではな)/gi,
  )
  return new Set([...found].flatMap(([, en, ja]) => termsOf(en ?? ja ?? '')))
}
