import type { RankedPassage } from '#knowledge/answer.ts'
import type { Document } from '#knowledge/document.ts'
import { termsOf } from '#knowledge/terms/terms.ts'
import type { ReadQuestion } from './question.ts'

/** What was found of a document, or all of it. */
interface Found {
  head: Pick<RankedPassage, 'document'>
  text: string
}

/** One page in two languages: their paths differ by the language alone. */
export function isTranslation(a: Document, b: Document): boolean {
  return a.path !== b.path && a.source === b.source && plainPath(a.path) === plainPath(b.path)
}

/** A path without the parts that name a language: `en/a.md`, `ja/a.md`, `a.ja.md` and `a.md` are one. */
export function plainPath(path: string): string {
  return path
    .split('/')
    .filter((part) => !/^(?:en|ja|jp|en[-_]us|ja[-_]jp)$/i.test(part))
    .join('/')
    .replace(/[._-](?:en|ja|jp|en[-_]us|ja[-_]jp)(?=\.\w+$|$)/i, '')
}

/** The question names what only the older document is about (another product, an old version): then that one answers. */
export function asksAboutOlder(question: ReadQuestion, newer: Found, older: Found): boolean {
  if (isTranslation(newer.head.document, older.head.document)) return false
  const [scope, other] = [scopeOf(older), scopeOf(newer)]
  const excluded = excludedTerms(question.text)
  if ([...excluded].some((term) => other.has(term) && !scope.has(term))) return true
  const named = question.terms.filter((term) => !excluded.has(term))
  // What a page is about it also says; only what the other page doesn't speak of at all tells them apart.
  const [olderSays, newerSays] = [new Set(termsOf(older.text)), new Set(termsOf(newer.text))]
  const forOlder = named.filter((term) => scope.has(term) && !other.has(term) && !newerSays.has(term)).length
  const forNewer = named.filter((term) => other.has(term) && !scope.has(term) && !olderSays.has(term)).length
  return forOlder > forNewer
}

/**
 * The newer page is about a product that the older one doesn't know: they are alike because the products are. A product is
 * what the source or its outermost folder is called, if the page speaks of it.
 */
export function isOtherProduct(newer: Found, older: Found): boolean {
  const [root = ''] = newer.head.document.path.split('/')
  const [said, known] = [new Set(termsOf(newer.text)), new Set(termsOf(older.text))]
  const scope = scopeOf(older)
  return termsOf(`${newer.head.document.source} ${root}`).some(
    (term) => !shelves.has(term) && said.has(term) && !known.has(term) && !scope.has(term),
  )
}

/** What folders are called whatever product their pages are about. */
const shelves = new Set(
  termsOf(
    `docs documentation content wiki runbooks playbooks guides handbook manual procedures platform infrastructure operations ops sre
     team teams shared common alerts alerting architecture postmortems incidents notes pages kb knowledge archive main local files samples`,
  ),
)

/** A passage by itself. */
export function foundOf(passage: RankedPassage): Found {
  return { head: passage, text: `${passage.passage.heading.join('\n')}\n${passage.passage.text}` }
}

/** Where a document stands and what it is called; `en` and `docs` are no topics. */
function scopeOf({ head: { document } }: Found): Set<string> {
  const place = document.path
    .replace(/\.[a-z]+$/, '')
    .replace(/(^|[/._-])(?:en|ja|docs?|content|src|wiki|archive|old)(?=[/._-]|$)/g, '$1')
  return new Set(termsOf(`${document.source} ${place.replaceAll('/', ' ')} ${document.title}`))
}

function excludedTerms(text: string): Set<string> {
  const found = text.matchAll(
    /\b(?:non-|not (?:on |in |for |using |an? )?|without |except (?:for |on )?|outside (?:of )?)([A-Za-z][\w-]+)|([A-Za-z][\w-]+)(?:以外|ではな)/gi,
  )
  return new Set([...found].flatMap(([, en, ja]) => termsOf(en ?? ja ?? '')))
}
