import type { types } from '@slack/bolt'
import type { Walked } from '#conversation/position.ts'
import { walkWords } from '#conversation/walkthrough/walk-words.ts'
import type { Answer } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import { type AnswerLayout, answerMessages } from '../layout/answer-layout.ts'
import { context, escaped, plain, type SlackMessage, section } from '../layout/message.ts'
import { type WalkingWords, walkingWords } from '../words-walk.ts'
import type { WalkStanding } from './walk-standing.ts'

export const walkActions = {
  done: 'walk_done',
  skip: 'walk_skip',
  problem: 'walk_problem',
  yes: 'walk_yes',
  back: 'walk_back',
  stop: 'walk_stop',
  next: 'walk_next',
}

type Shown = Pick<Answer, 'answer' | 'abstained' | 'citations' | 'warnings' | 'lang' | 'traceId' | 'conversationId'>

/** A step as it waits for somebody to do it. */
export function stepMessages(answer: Shown, standing: WalkStanding, now: Date): SlackMessage[] {
  const said = walkingWords(answer.lang)
  const value = JSON.stringify({ c: answer.conversationId, s: standing.key })
  const elements = buttonsFor(standing, said).map(
    ({ action, text, style }): types.Button => ({
      type: 'button',
      action_id: action,
      text: plain(text.slice(0, 75)),
      value,
      ...(style !== undefined && { style }),
    }),
  )
  return answerMessages({ ...plainly(answer, now), closing: [{ type: 'actions', elements }] })
}

/** A step that is over: as it was, and what became of it. */
export function pastStepMessages(answer: Shown, became: string | undefined, now: Date): SlackMessage[] {
  return answerMessages({ ...plainly(answer, now), closing: became === undefined ? [] : [context(became)] })
}

/** The end of a walk, with who did what and when. */
export function finishedMessages(answer: Shown, walked: readonly string[], now: Date): SlackMessage[] {
  const said = walkingWords(answer.lang)
  const report = walked.length === 0 ? [] : [section([`*${said.report}*`, ...walked].join('\n'))]
  return answerMessages({ ...plainly(answer, now), closing: report })
}

function plainly(answer: Shown, now: Date): AnswerLayout {
  return { answer: { ...answer, answer: forTheEye(answer) }, now, owners: [] }
}

/** What is said aloud of words to say is done by buttons here. */
function forTheEye({ answer, lang }: Shown): string {
  const said = walkingWords(lang)
  return answer.replace(walkWords.confirm(lang), said.confirm).replace(walkWords.stopped(lang), said.stopped)
}

interface StepButton {
  action: string
  text: string
  style?: 'primary' | 'danger'
}

function buttonsFor({ state, branch }: WalkStanding, said: WalkingWords): StepButton[] {
  const { done, skip, problem, yes, back, stop, next } = walkActions
  if (state === 'stopped') return [{ action: next, text: said.goOn, style: 'primary' }]
  const around: StepButton[] = [
    { action: skip, text: said.skip },
    { action: problem, text: said.problem },
    { action: back, text: said.back },
    { action: stop, text: said.stop },
  ]
  if (state === 'confirming-step') return [{ action: yes, text: said.show, style: 'danger' }, ...around]
  const branching: StepButton[] = branch === undefined ? [] : [{ action: yes, text: said.branch(branch) }]
  return [{ action: done, text: said.done, style: 'primary' }, ...branching, ...around]
}

/** "✅ Done by @ann, 14:03": mrkdwn; the time is shown as each reader's clock has it. */
export function becameWords({ outcome, by, at }: Walked, lang: Lang, mention: (name: string) => string): string {
  const seconds = Math.floor(at.getTime() / 1000)
  const when = `<!date^${seconds}^{time}|${at.toISOString().slice(11, 16)} UTC>`
  return walkingWords(lang).became[outcome](mention(by), when)
}

/** One line of the report: mrkdwn. */
export function walkedLine(walked: Walked, lang: Lang, mention: (name: string) => string): string {
  const said = walkingWords(lang)
  return `${becameWords(walked, lang, mention)} · ${escaped(said.line(walked.section, walked.step, walked.of))}`
}
