import { ageInWords, agoInWords, day } from '#freshness/age.ts'
import type { RankedPassage } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import type { Freshness } from '#knowledge/freshness.ts'
import { plain, readable } from './readable.ts'

/** Where a passage stands, for people: "Title › Heading". */
export function placeOf({
  document,
  passage,
}: {
  document: Pick<RankedPassage['document'], 'title'>
  passage: Pick<RankedPassage['passage'], 'heading'>
}): string {
  const title = name(document.title)
  const heading = name(passage.heading.at(-1) ?? '')
  return heading === '' || heading.toLowerCase() === title.toLowerCase() ? title : `${title} › ${heading}`
}

function titleOf({ document }: Pick<RankedPassage, 'document'>): string {
  return name(document.title)
}

/** A title as far as spelling goes, to tell documents of one name. */
export function nameOf(title: string): string {
  return title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')
}

function name(raw: string): string {
  return plain(readable(raw))
    .replace(/[[\]*]/g, '')
    .replace(/[.!?](?=\s)|[。！？](?!$)/g, '')
    .trim()
}

/** The line over the quotes of one source. */
export function leadIn(source: RankedPassage, withOwners: boolean, now: Date, lang: Lang): string {
  const { owners } = source.document
  const facts = [ageInWords(source.freshness.editedAt, now, lang)]
  const vouched = vouchedFor(source.freshness, now, lang)
  if (vouched !== undefined) facts.push(vouched)
  if (source.freshness.state === 'aging') facts.push(lang === 'ja' ? '見直し時期を経過' : 'review due')
  if (withOwners && owners.length > 0) facts.push(ownersInWords(owners, lang))
  return lang === 'ja' ? `*${placeOf(source)}*（${facts.join('、')}）：` : `*${placeOf(source)}* (${facts.join(', ')}):`
}

function vouchedFor({ state, verifiedAt }: Freshness, now: Date, lang: Lang): string | undefined {
  if (state !== 'verified' || verifiedAt === undefined) return undefined
  const ago = agoInWords(verifiedAt, now, lang)
  return lang === 'ja' ? `${ago}に確認済み` : `verified ${ago}`
}

function ownersInWords(owners: readonly string[], lang: Lang): string {
  const names = owners.slice(0, 6)
  return lang === 'ja' ? `担当：${names.join('、')}` : `${names.length === 1 ? 'owner' : 'owners'}: ${names.join(', ')}`
}

/** What must be said before anybody acts on the source; undefined when its state gives no reason to. */
export function caveat({ freshness }: RankedPassage, now: Date, lang: Lang): string | undefined {
  const ago = agoInWords(freshness.verifiedAt ?? freshness.editedAt, now, lang)
  const last = freshness.verifiedAt === undefined ? 'edited' : 'confirmed'
  const lastJa = freshness.verifiedAt === undefined ? '更新' : '確認'
  switch (freshness.state) {
    case 'stale':
      return lang === 'ja'
        ? `この情報の最終${lastJa}は${ago}で、古くなっている可能性があるため、実行する前に確認してください。`
        : `This was last ${last} ${ago} and may be out of date: check before you act on it.`
    case 'suspect':
      return lang === 'ja'
        ? `この文書には、もう存在しない参照先があるため（${ageInWords(freshness.editedAt, now, lang)}）、実行する前に確認してください。`
        : `This refers to things that no longer exist (${ageInWords(freshness.editedAt, now, lang)}): check before you act on it.`
    case 'contradicted':
      return lang === 'ja'
        ? `この情報は、より新しい文書「${freshness.contradictedBy[0]?.title ?? ''}」と食い違っているため、実行する前に確認してください。`
        : `A newer document, "${freshness.contradictedBy[0]?.title ?? ''}", says otherwise: check before you act on this.`
    default:
      return undefined
  }
}

export interface AbstentionWords {
  answer: string
  spoken: string
}

/** Nothing to look for is left of what was said. */
const nothingAsked: Readonly<Record<Lang, AbstentionWords>> = {
  en: {
    answer:
      'I found no question in that. Ask about something that your documents may hold: an alert, a runbook’s steps, a command, a limit, an owner.',
    spoken: 'I heard no question. What would you like to know?',
  },
  ja: {
    answer:
      '質問が見つかりませんでした。アラート、手順、コマンド、しきい値、担当者など、文書に書かれていそうなことを聞いてください。',
    spoken: '質問が聞き取れませんでした。何を知りたいですか。',
  },
}

/** What is no nearer is not worth hearing of. */
const nearFrom = 0.1

/** Nothing answers: what was looked for, and who might know. */
export function abstentionWords(lookedFor: string, nearest: readonly RankedPassage[], lang: Lang): AbstentionWords {
  if (lookedFor === '') return nothingAsked[lang]
  const documents = [...new Map(nearest.map((passage) => [passage.document.id, passage])).values()].slice(0, 3)
  const first = documents.find(({ score }) => score >= nearFrom)
  const owner = first?.document.owners[0]
  if (lang === 'ja') {
    const lines = documents.map(
      (one) =>
        `- *${titleOf(one)}*（${one.document.owners.length > 0 ? ownersInWords(one.document.owners, lang) : '担当の記載なし'}）`,
    )
    const who =
      documents.length === 0
        ? '近い文書もありませんでした。'
        : `最も近い文書と担当は次のとおりです：\n\n${lines.join('\n')}`
    const spokenWho =
      first === undefined
        ? ''
        : `いちばん近い文書は${titleOf(first)}${owner === undefined ? '' : `、担当は${owner}`}です。`
    return {
      answer: `手元の文書には、この質問に答える記述が見つかりませんでした。探した内容：「${lookedFor}」。\n\n${who}`,
      spoken: `文書の中に答えは見つかりませんでした。${spokenWho}`,
    }
  }
  const lines = documents.map(
    (one) =>
      `- *${titleOf(one)}* (${one.document.owners.length > 0 ? ownersInWords(one.document.owners, lang) : 'no owner on record'})`,
  )
  const who =
    documents.length === 0
      ? 'No document comes near it.'
      : `The nearest documents and who owns them:\n\n${lines.join('\n')}`
  const spokenWho =
    first === undefined
      ? ''
      : ` The nearest document is ${titleOf(first)}${owner === undefined ? '' : `, owned by ${owner}`}.`
  return {
    answer: `I found nothing in the documents that answers this. I looked for: "${lookedFor}".\n\n${who}`,
    spoken: `I found no answer to that in the documents.${spokenWho}`,
  }
}

/** Whom a document belongs to, by its record. */
export function ownerStatement(source: Pick<RankedPassage, 'document'>, n: number, lang: Lang): string {
  const { owners, path } = source.document
  const document = `*${titleOf(source)}* (${path})`
  if (lang === 'ja') {
    return owners.length === 0
      ? `${document} の担当は記録されていません。[${n}]`
      : `${document} の担当：${owners.join('、')}。[${n}]`
  }
  return owners.length === 0
    ? `No owner is on record for ${document}. [${n}]`
    : `${document} is owned by ${owners.join(', ')}. [${n}]`
}

/** When and by whom the sources were last touched; answers "how old is that?". */
export function ageStatement(
  source: Pick<RankedPassage, 'document' | 'freshness'> & { passage: Pick<RankedPassage['passage'], 'heading'> },
  n: number,
  now: Date,
  lang: Lang,
): string {
  const { freshness, document } = source
  const edited = `${agoInWords(freshness.editedAt, now, lang)}${lang === 'ja' ? `（${day(freshness.editedAt)}）` : ` (${day(freshness.editedAt)})`}`
  const verified = freshness.verifiedAt
  if (lang === 'ja') {
    const review =
      verified === undefined
        ? '確認の記録はありません'
        : `${agoInWords(verified, now, lang)}（${day(verified)}）に${freshness.verifiedBy ?? '誰か'}が確認しています`
    const who = document.owners.length === 0 ? '' : `。${ownersInWords(document.owners, lang)}`
    return `*${placeOf(source)}*の最終更新は${edited}、${review}${who}。[${n}]`
  }
  const review =
    verified === undefined
      ? 'nobody has reviewed it since'
      : `${freshness.verifiedBy ?? 'somebody'} confirmed it ${agoInWords(verified, now, lang)} (${day(verified)})`
  const who = document.owners.length === 0 ? '' : `; ${ownersInWords(document.owners, lang)}`
  return `*${placeOf(source)}* was last edited ${edited}, and ${review}${who}. [${n}]`
}

export const words = {
  en: {
    more: 'The model stopped here; the documents themselves say:',
    moreSpoken: 'From the documents:',
  },
  ja: {
    more: 'モデルの応答が途中で止まったため、以下は文書からの引用です：',
    moreSpoken: '文書によると、',
  },
} as const
