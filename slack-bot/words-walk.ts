import type { Lang } from '#knowledge/document.ts'

/** What stands around the steps of a runbook. */
const english = {
  walk: 'Walk me through',
  done: '✅ Done',
  skip: 'Skip',
  problem: '⚠️ Problem',
  back: 'Back',
  show: 'Show the command',
  stop: 'Stop here',
  goOn: 'Go on',
  branch: (section: string) => `Go to ${section}`,
  became: {
    done: (who: string, when: string) => `✅ Done by ${who}, ${when}`,
    skipped: (who: string, when: string) => `⏭️ Skipped by ${who}, ${when}`,
    problem: (who: string, when: string) => `⚠️ Problem reported by ${who}, ${when}`,
  },
  outcomes: { done: 'done', skipped: 'skipped', problem: 'a problem' },
  /** In place of what is said aloud. */
  confirm: 'The next step holds a command that cannot be undone.',
  stopped: 'Stopped. The place is kept.',
  movedOn: (what: string) => `This step was dealt with already. ${what}`.trim(),
  notHere:
    'Who is in this channel has changed, and so has what may be shown here. Ask again, and start the walk from the new answer.',
  noSteps: 'That document is gone, or not for everybody here, so I can not walk you through it.',
  here: (title: string) => `Let's go through “${title}” here, where only you can see it.`,
  report: 'Who did what',
  line: (section: string, step: number, of: number) => `${section === '' ? '' : `${section}, `}step ${step} of ${of}`,
  failed: 'That did not work; the step is still open. Try the button once more.',
}

export type WalkingWords = typeof english

const japanese: WalkingWords = {
  walk: '手順を案内',
  done: '✅ 完了',
  skip: 'スキップ',
  problem: '⚠️ 問題あり',
  back: '戻る',
  show: 'コマンドを表示',
  stop: 'ここで止める',
  goOn: '続ける',
  branch: (section) => `「${section}」へ`,
  became: {
    done: (who, when) => `✅ ${who} が完了 ${when}`,
    skipped: (who, when) => `⏭️ ${who} がスキップ ${when}`,
    problem: (who, when) => `⚠️ ${who} が問題を報告 ${when}`,
  },
  outcomes: { done: '完了', skipped: 'スキップ', problem: '問題あり' },
  confirm: '次のステップには取り消せないコマンドがあります。',
  stopped: '止めました。位置は保存されています。',
  movedOn: (what) => `このステップはすでに処理済みです。${what}`.trim(),
  notHere:
    'チャンネルの参加者が変わり、ここで表示できる範囲も変わりました。もう一度質問し、新しい回答から始めてください。',
  noSteps: 'そのドキュメントはなくなったか、ここにいる全員には見せられないため、案内できません。',
  here: (title) => `「${title}」を、あなただけに見えるここで順に進めましょう。`,
  report: '誰が何をしたか',
  line: (section, step, of) => `${section === '' ? '' : `${section}、`}全${of}ステップの${step}番目`,
  failed: 'うまくいきませんでした。ステップはまだ開いています。もう一度ボタンを押してください。',
}

export function walkingWords(lang: Lang): WalkingWords {
  return lang === 'ja' ? japanese : english
}
