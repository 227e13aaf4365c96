import { ageInWords, agoInWords } from '#freshness/age.ts'
import type { RankedPassage } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'

/**
 * How old a source is, in few words: who listens hears it before anything else. Where it gives a reason to hesitate, that
 * comes with it; where the page is in another language than the answer, that too.
 */
export function spokenAge({ freshness, document }: RankedPassage, now: Date, lang: Lang): string {
  const { state, verifiedAt, editedAt, contradictedBy } = freshness
  const ago = agoInWords(verifiedAt ?? editedAt, now, lang)
  const newer = contradictedBy[0]?.title
  const foreign = document.lang !== lang
  if (lang === 'ja') {
    const last = verifiedAt === undefined ? '最終更新' : '最終確認'
    const page = foreign ? '英語の文書です。' : ''
    switch (state) {
      case 'aging':
        return `${last}は${ago}で、見直しの時期です。${page}`
      case 'stale':
        return `注意：${last}は${ago}で、古くなっている可能性があります。${page}`
      case 'suspect':
        return `注意：${last}は${ago}で、もう存在しない参照先があります。${page}`
      case 'contradicted':
        return newer === undefined
          ? `注意：${last}は${ago}で、より新しい文書と食い違っています。${page}`
          : `注意：${last}は${ago}で、より新しい文書「${newer}」と食い違っています。${page}`
      default:
        return `${verifiedAt === undefined ? ageInWords(editedAt, now, lang) : `${ago}に確認済み`}。${page}`
    }
  }
  const last = verifiedAt === undefined ? 'last edited' : 'last confirmed'
  const page = foreign ? ' The page is in Japanese.' : ''
  switch (state) {
    case 'aging':
      return `${verifiedAt === undefined ? 'Last edited' : 'Last confirmed'} ${ago}, due for review.${page}`
    case 'stale':
      return `Careful, this was ${last} ${ago} and may be out of date.${page}`
    case 'suspect':
      return `Careful, this was ${last} ${ago} and refers to things that no longer exist.${page}`
    case 'contradicted':
      return `Careful, this was ${last} ${ago}, and a newer document${newer === undefined ? '' : `, "${newer}",`} says otherwise.${page}`
    default:
      return `${verifiedAt === undefined ? 'Edited' : 'Verified'} ${ago}.${page}`
  }
}
