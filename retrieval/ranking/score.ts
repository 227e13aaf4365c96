import type { Features, Scored } from './features.ts'

/** How much each feature counts; found over question sets of our own: docs/decisions/0004-ranking.md. */
const featureWeights: Readonly<Record<keyof Features, number>> = {
  words: 0.75,
  meaning: 0,
  cosine: 0.8,
  otherCosine: 3.2,
  sureCosine: 0,
  coverage: 0.6,
  soft: 0.89,
  softTitle: 0.3,
  softPart: 0.3,
  titleAsked: 0.14,
  headingAsked: 0.11,
  inTitle: 0.61,
  inHeading: 0.39,
  identifiers: 0.19,
  window: -0.2,
  order: -0.1,
  asked: 0.45,
  sameLanguage: 0.42,
  document: 0.91,
  short: -0.15,
}

/** The weighted sum; larger is better, only comparable within one question. */
export function scoreOf(
  features: Features,
  weights: Readonly<Record<keyof Features, number>> = featureWeights,
): number {
  let score = 0
  for (const [key, weight] of Object.entries(weights)) if (isFeature(key, features)) score += weight * features[key]
  return score
}

function isFeature(key: string, features: Features): key is keyof Features {
  return key in features
}

/**
 * Fills in `document`: how its document does as a whole, from its two best passages, over the best document.
 * A page that is about the question lends its sections some of its standing.
 */
export function addDocumentScores(scored: readonly Scored[]): void {
  const byDocument = new Map<string, number[]>()
  for (const { passage, features } of scored) {
    const standings = byDocument.get(passage.documentId) ?? []
    standings.push(features.words + features.meaning + 1.5 * features.soft + 0.5 * features.softTitle)
    byDocument.set(passage.documentId, standings)
  }
  const standing = new Map<string, number>()
  for (const [documentId, standings] of byDocument) {
    standings.sort((a, b) => b - a)
    standing.set(documentId, 0.7 * (standings[0] ?? 0) + 0.3 * (standings[1] ?? 0))
  }
  const best = Math.max(1e-9, ...standing.values())
  for (const { passage, features } of scored) features.document = (standing.get(passage.documentId) ?? 0) / best
}
