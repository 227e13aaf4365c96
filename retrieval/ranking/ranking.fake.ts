import { fakeDocument, fakePassage } from '#knowledge/passage.fake.ts'
import type { StoredPassage } from '#knowledge/passage.ts'
import { termsOfPassage } from '#knowledge/terms/passage-terms.ts'
import type { TokenVectors } from '#providers/embedder/embedder.ts'
import type { Ranked } from './copies.ts'
import type { Features } from './features.ts'

/** A stored passage for tests, its terms made as ingest makes them. */
export function storedPassage(
  given: Omit<Partial<StoredPassage>, 'document'> & {
    id: string
    text: string
    document?: Partial<StoredPassage['document']>
  },
): StoredPassage {
  const { document: about = {}, ...own } = given
  const passage = fakePassage(own)
  const document = fakeDocument({ id: passage.documentId, editedAt: passage.editedAt, ...about })
  return { ...passage, terms: termsOfPassage(document.title, passage), document }
}

const nothing: Features = {
  words: 0,
  meaning: 0,
  cosine: 0,
  otherCosine: 0,
  sureCosine: 0,
  coverage: 0,
  soft: 0,
  softTitle: 0,
  softPart: 0,
  titleAsked: 0,
  headingAsked: 0,
  inTitle: 0,
  inHeading: 0,
  identifiers: 0,
  window: 0,
  order: 0,
  asked: 0,
  sameLanguage: 1,
  document: 0,
  short: 0,
}

export function rankedPassage(passage: StoredPassage, score: number, features: Partial<Features> = {}): Ranked {
  return { passage, score, features: { ...nothing, ...features } }
}

/** Words are tokens; `cat` and `feline` point almost the same way, every other word its own. */
export function animalVectors(): TokenVectors {
  const words = ['cat', 'feline', 'dog', 'stone']
  const directions = [
    [1, 0, 0, 0],
    [0.9, 0.1, 0, 0],
    [0, 0, 1, 0],
    [0, 0, 0, 1],
  ]
  return {
    size: words.length,
    tokens: (text) => text.split(/\s+/).flatMap((word) => (words.includes(word) ? [words.indexOf(word)] : [])),
    tokenVector: (token) => Float32Array.from(directions[token] ?? []),
  }
}
