import type { Lang } from '#knowledge/document.ts'

const english =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'.split(
    ' ',
  )
const tens = '  twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
const kanji = '〇一二三四五六七八九'.split('')

/** A count in words, so that it can't be taken for a number that the runbook gives. 0 to 99; more is "many". */
export function countInWords(count: number, lang: Lang): string {
  if (count > 99) return lang === 'ja' ? '多数' : 'many'
  const [ten, one] = [Math.floor(count / 10), count % 10]
  if (lang === 'ja')
    return `${ten > 1 ? kanji[ten] : ''}${ten > 0 ? '十' : ''}${one > 0 || ten === 0 ? kanji[one] : ''}`
  return english[count] ?? `${tens[ten] ?? ''}${one > 0 ? `-${english[one] ?? ''}` : ''}`
}

interface Place {
  at: number
  of: number
}

/** Everything that walking through a runbook says besides the runbook's own words. */
export const walkWords = {
  step: ({ at, of }: Place, lang: Lang) =>
    of === 1
      ? lang === 'ja'
        ? 'ステップは一つだけです。'
        : 'There is one step.'
      : lang === 'ja'
        ? `全${countInWords(of, lang)}ステップの${countInWords(at, lang)}番目です。`
        : `Step ${countInWords(at, lang)} of ${countInWords(of, lang)}.`,
  begin: (title: string, section: string, lang: Lang) => {
    const what = section === '' ? title : `${title} › ${section}`
    return lang === 'ja' ? `「${what}」を案内します。` : `Walking through ${what}.`
  },
  section: (section: string, lang: Lang) => (lang === 'ja' ? `ここから「${section}」です。` : `Section: ${section}.`),
  old: (age: string, lang: Lang) =>
    lang === 'ja'
      ? `この手順書は最後の更新が${age}で、その後確認されていません。`
      : `Mind its age: it was last changed ${age} and nobody has confirmed it since.`,
  contradicted: (lang: Lang) =>
    lang === 'ja'
      ? 'この手順書と食い違う、より新しい文書があります。'
      : 'Careful: a newer document says otherwise in places.',
  noRunbook: (lang: Lang) =>
    lang === 'ja' ? 'その名前の手順書は見つかりませんでした。' : 'I found no runbook of that name.',
  noSteps: (title: string, lang: Lang) =>
    lang === 'ja' ? `「${title}」には順に進める手順がありません。` : `${title} has no steps to walk through.`,
  confirm: (lang: Lang) =>
    lang === 'ja'
      ? '次のステップには取り消せないコマンドがあります。読み上げてよければ「はい」、飛ばすなら「スキップ」と言ってください。'
      : 'The next step holds a command that cannot be undone. Say "yes" to hear it, or "skip".',
  refused: (lang: Lang) =>
    lang === 'ja'
      ? 'わかりました。読み上げません。「戻って」か「スキップ」と言ってください。'
      : 'All right, I leave it unread. Say "back" or "skip".',
  branch: (section: string, lang: Lang) =>
    lang === 'ja'
      ? `その場合は「はい」で「${section}」に進みます。そうでなければ「次」と言ってください。`
      : `If that is the case, say "yes" and I go to ${section}; otherwise say "next".`,
  branched: (section: string, lang: Lang) => (lang === 'ja' ? `「${section}」に進みます。` : `Going to ${section}.`),
  returned: (section: string, lang: Lang) => (lang === 'ja' ? `「${section}」に戻ります。` : `Back to ${section}.`),
  finished: (title: string, skipped: number, lang: Lang) => {
    const count = countInWords(skipped, lang)
    if (lang === 'ja')
      return `「${title}」の最後のステップでした。${skipped > 0 ? `飛ばしたステップは${count}つです。` : ''}`
    return `That was the last step of ${title}.${skipped > 0 ? ` ${count === 'one' ? 'One step was' : `${count} steps were`} skipped.` : ''}`
  },
  unexpected: (lang: Lang) =>
    lang === 'ja'
      ? 'このステップで何が表示されるべきかは、手順書に書かれていません。'
      : 'The runbook does not say what this step should show.',
  problem: (owners: readonly string[], lang: Lang) => {
    const who = owners.join(lang === 'ja' ? '、' : ', ')
    if (lang === 'ja')
      return `問題ありと記録しました。${who === '' ? '' : `担当は${who}です。「担当者を呼び出して」と言えば連絡します。`}`
    return `Noted as a problem.${who === '' ? '' : ` The owner is ${who}; say "page the owner" and I call them.`}`
  },
  where: (title: string, section: string, lang: Lang) =>
    lang === 'ja' ? `いまは「${title}」の「${section}」です。` : `We are in ${section} of ${title}.`,
  first: (lang: Lang) => (lang === 'ja' ? 'これが最初のステップです。' : 'This is the first step.'),
  changed: (title: string, lang: Lang) =>
    lang === 'ja'
      ? `「${title}」が途中で変更されたため、このセクションの最初から続けます。`
      : `${title} has changed since; we go on from the beginning of this section.`,
  gone: (lang: Lang) =>
    lang === 'ja'
      ? 'その手順書はもうありません。案内を終わります。'
      : 'That runbook is gone; the walk-through ends here.',
  suspicious: (lang: Lang) =>
    lang === 'ja'
      ? 'この部分にはアシスタント宛ての指示のような文があるため、読み上げません。直接ご確認ください。'
      : 'This part tries to give orders to an assistant, so I do not read it out. Look at it yourself.',
  stopped: (lang: Lang) =>
    lang === 'ja' ? '止めました。「次」と言えば続きから再開します。' : 'Stopped. Say "next" to go on from here.',
} as const
