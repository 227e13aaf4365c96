import type { SearchResult } from '#knowledge/answer.ts'
import type { Selection } from './selection.ts'

/**
 * How sure we are that what was selected answers the question, 0..1: a logistic regression over questions of our own with
 * and without an answer (eval/sets).
 */
export function supportOf(
  question: string,
  found: Pick<SearchResult, 'relevance'>,
  selection: Pick<Selection, 'groups'> & { score: Pick<Selection['score'], 'words' | 'context' | 'meaning'> },
): number {
  const features = supportFeatures(question, found, selection)
  const sum =
    weights.bias +
    weights.odds * features.odds +
    weights.inPlace * features.inPlace +
    weights.meaning * features.meaning +
    weights.ofTheMoment * features.ofTheMoment +
    weights.unmet * features.unmet
  return 1 / (1 + Math.exp(-sum))
}

const weights = { odds: 1.4, inPlace: 1.21, meaning: 1.04, ofTheMoment: -2.11, unmet: -1.87, bias: 0.03 }

/** From here on it is answered: nine of ten questions without an answer stay below. */
export const supportedFrom = 0.55

interface SupportFeatures {
  /** Log odds of the search's relevance. */
  odds: number
  /** Share of the question's words in the best unit and the headings above it. */
  inPlace: number
  /** Cosine of the best unit in its place. */
  meaning: number
  /** 1: asks what no document knows, how things stand this week. */
  ofTheMoment: number
  /** 1: asks for a kind of value, and nothing selected holds one. */
  unmet: number
}

function supportFeatures(
  question: string,
  { relevance }: Parameters<typeof supportOf>[1],
  { score, groups }: Parameters<typeof supportOf>[2],
): SupportFeatures {
  const text = question.normalize('NFKC')
  const said = groups
    .flatMap(({ candidates }) => candidates)
    .map(({ unit }) => unit.shown)
    .join('\n')
  return {
    odds: Math.log(Math.max(relevance, 0.001) / Math.max(1 - relevance, 0.001)),
    inPlace: score.words + score.context,
    meaning: score.meaning,
    ofTheMoment: Number(ofTheMoment.test(text)),
    unmet: Number(valueKinds.some(([asks, holds]) => asks.test(text) && !holds.test(said))),
  }
}

/** A day or a week in particular, seen from today. */
const ofTheMoment =
  /\bright now\b|\byesterday\b|\btomorrow\b|\b(?:last|this|next) (?:week|month|quarter|night|(?:sun|mon|tues|wednes|thurs|fri|satur)day|weekend)\b|\blast year\b|今日|昨日|明日|今週|先週|来週|今月|先月|来月|昨年|去年|いまの.{1,12}(?:は|を教えて)?[？?]?$/i

/** What a question may ask for by kind, and what an answer to it has to hold. */
const valueKinds: readonly (readonly [asks: RegExp, holds: RegExp])[] = [
  [
    /\bprices?\b|\bcosts?\b|\bfees?\b|\bhow much (?:do|does|did) (?:we|they|it|you|\w+) (?:pay|charge|cost)|\bcharges? us\b|料金|価格|費用|月額|手数料|いくら(?!つ|か)/i,
    /[$€£¥]\s?\d|\d\s*(?:dollars?|cents?|yen|euros?|usd|jpy|eur|円|万円|ドル|%|％|percent|パーセント)|\bfree\b|無料/i,
  ],
  [/\b(?:phone|mobile|cell)(?: phone)? numbers?\b|電話番号|携帯(?:の)?番号/i, /\+?\d[\d-]{6,}|\bphone|電話番号|携帯/i],
  [/\bwhat(?:'s| is) .{0,60}\bpassword\b|パスワードは/i, /\bpassword|パスワード/i],
  [
    /\b(?:which|what) (?:\w+ ){0,4}(?:version|release|minor)\b|\bversion\b.{0,20}\b(?:are we|do we)\b|(?:どの|何の?)(?:版|バージョン|リリース)|バージョンは/i,
    /\bv?\d+\.\d|\bversion|\brelease|版|バージョン|リリース|\bv\d/i,
  ],
  [
    /\bhow many\b|何(?:人|個|台|件|回|本|枚)/i,
    /\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|once|twice|single|no|none|zero|both|half|hundred|thousand)\b|[一二三四五六七八九十百千](?:人|個|台|件|回|本|枚|つ)/i,
  ],
  [
    /^\s*when\b(?! \w+ (?:\w+ )?(?:fires?|fails?|is down))|,\s*when\b|いつ(?!も|で|の間)|何(?:月|曜|日|時)(?!間)/i,
    /\d|\b(?:jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)|(?:sun|mon|tues|wednes|thurs|fri|satur)day|\b(?:when|after|before|until|once|every|daily|weekly|monthly|hourly|nightly|night|morning|quarter|year|week|month|always|never|if|during|as soon as|only)\b|[月日曜週年時]|とき|場合|後に|前に|毎|まで|から/i,
  ],
]
