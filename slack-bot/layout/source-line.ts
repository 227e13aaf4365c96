import type { types } from '@slack/bolt'
import { ageInWords, agoInWords } from '#freshness/age.ts'
import type { Citation } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import type { Freshness, FreshnessState } from '#knowledge/freshness.ts'
import { words } from '../words.ts'
import { link } from './rich-text.ts'

/** How far a source can be trusted, in words; none stands for "nothing to worry about". */
const states: Readonly<Record<Lang, Partial<Record<FreshnessState, string>>>> = {
  en: {
    aging: 'due for review',
    stale: 'old and unconfirmed',
    suspect: 'doubtful',
    contradicted: 'contradicted elsewhere',
    evergreen: 'does not go stale',
  },
  ja: {
    aging: '見直し時期',
    stale: '古く未確認',
    suspect: '疑わしい',
    contradicted: '他の文書と食い違い',
    evergreen: '古くならない',
  },
}

/** "edited 3 years ago · old and unconfirmed". */
export function ageBadge(freshness: Freshness, now: Date, lang: Lang): string {
  const { state, verifiedAt, verifiedBy, editedAt } = freshness
  const parts = [ageInWords(editedAt, now, lang)]
  if (verifiedAt !== undefined && verifiedAt.getTime() >= editedAt.getTime()) {
    const ago = agoInWords(verifiedAt, now, lang)
    const by = verifiedBy ?? ''
    parts.push(
      lang === 'ja' ? `${ago}に${by === '' ? '' : `${by}が`}確認` : `confirmed ${ago}${by === '' ? '' : ` by ${by}`}`,
    )
  }
  const word = states[lang][state]
  if (word !== undefined) parts.push(word)
  return parts.join(' · ')
}

const worrying = new Set<FreshnessState>(['stale', 'suspect', 'contradicted'])

export function isWorrying({ state }: Freshness): boolean {
  return worrying.has(state)
}

const longestName = 200

/** A source on one line: number, title with its link, heading, age in words, owner. */
export function sourceLine(citation: Citation, now: Date, lang: Lang): types.RichTextSection {
  const { n, document, heading, freshness } = citation
  const title = document.title.trim() === '' ? document.path : document.title
  const place = heading.filter((name) => name !== title).join(' › ')
  const { owners } = document
  const said = words(lang)
  const owner = owners.length === 0 ? said.noOwner : `${said.owner} ${owners.slice(0, 3).join(', ')}`
  const rest = [place.slice(0, longestName), ageBadge(freshness, now, lang), owner.slice(0, longestName)]
  return {
    type: 'rich_text_section',
    elements: [
      { type: 'text', text: `${isWorrying(freshness) ? '⚠️ ' : ''}[${n}] ` },
      ...link(document.url, title.slice(0, longestName)),
      {
        type: 'text',
        text: rest
          .filter((part) => part !== '')
          .map((part) => ` · ${part}`)
          .join(''),
      },
    ],
  }
}
