import type { types } from '@slack/bolt'
import type { Answer } from '#knowledge/answer.ts'
import { words } from '../words.ts'
import { callWords } from '../words-call.ts'
import { walkingWords } from '../words-walk.ts'
import { context, fallbackText, inMessages, plain, type SlackMessage } from './message.ts'
import { richText } from './rich-text.ts'
import { isWorrying, sourceLine } from './source-line.ts'

export interface AnswerLayout {
  answer: Pick<Answer, 'answer' | 'abstained' | 'citations' | 'warnings' | 'lang' | 'traceId'>
  now: Date
  /** For the asker alone: why, in words; absent: everybody in the conversation sees it. */
  onlyYou?: string | undefined
  canShare?: boolean | undefined
  /** People who may know more, best first. */
  owners: readonly string[]
  /** Stands above all: who shared it, say. mrkdwn. */
  headline?: string | undefined
  /** Stands below all in place of the usual buttons. */
  closing?: readonly types.KnownBlock[] | undefined
  /** Its first source has steps that one can be led through. */
  canWalk?: boolean | undefined
  /** One can go on by voice. */
  canCall?: boolean | undefined
}

export const actions = {
  good: 'feedback_good',
  bad: 'feedback_bad',
  stale: 'feedback_stale',
  share: 'share',
  owner: 'ask_owner',
  call: 'call_me',
  walk: 'walk_start',
}

/** What is in the way of acting on it blindly stands first, then the answer, then where it comes from, then the buttons. */
export function answerMessages(layout: AnswerLayout): SlackMessage[] {
  const { answer, now, onlyYou, headline } = layout
  const said = words(answer.lang)
  const urls = new Map(answer.citations.map(({ n, document }) => [n, document.url]))
  const blocks: types.KnownBlock[] = []
  if (headline !== undefined) blocks.push(context(headline))
  if (onlyYou !== undefined) blocks.push(context(`🔒 ${onlyYou}`))
  const caveats = caveatsOf(layout)
  if (caveats.length > 0)
    blocks.push({ type: 'rich_text', elements: caveats.flatMap((caveat) => richText(`⚠️ ${caveat}`)) })
  const body = richText(answer.answer, (n) => urls.get(n))
  if (body.length > 0) blocks.push({ type: 'rich_text', elements: body })
  if (answer.citations.length > 0) {
    blocks.push({ type: 'divider' })
    blocks.push({
      type: 'rich_text',
      elements: answer.citations.slice(0, 20).map((citation) => sourceLine(citation, now, answer.lang)),
    })
  }
  blocks.push(...(layout.closing ?? [{ type: 'actions' as const, elements: buttonsOf(layout) }]))
  const messages = inMessages(blocks)
  return messages.map((some, at) => ({
    blocks: messages.length === 1 ? some : [...some, context(said.more(at + 1, messages.length))],
    text: at === 0 ? fallbackText([...caveats, answer.answer].join('\n')) : said.more(at + 1, messages.length),
  }))
}

function caveatsOf({ answer }: AnswerLayout): string[] {
  const told = answer.warnings.map(({ message }) => message)
  const isTold = answer.warnings.some(({ code }) => code === 'outdated_source' || code === 'sources_disagree')
  if (!isTold && answer.citations.some(({ freshness }) => isWorrying(freshness)))
    told.unshift(words(answer.lang).oldSources)
  return [...new Set(told)].slice(0, 8)
}

const mostOwners = 3

function buttonsOf({ answer, canShare, canWalk, canCall, owners }: AnswerLayout): types.Button[] {
  const said = words(answer.lang)
  const value = JSON.stringify({ t: answer.traceId })
  const button = (actionId: string, text: string): types.Button => ({
    type: 'button',
    action_id: actionId,
    text: plain(text),
    value,
  })
  const leading = canWalk === true ? [button(actions.walk, walkingWords(answer.lang).walk)] : []
  const buttons = [...leading, button(actions.good, said.good), button(actions.bad, said.bad)]
  if (!answer.abstained && answer.citations.length > 0) buttons.push(button(actions.stale, said.stale))
  for (const [at, owner] of owners.slice(0, mostOwners).entries()) {
    buttons.push({
      type: 'button',
      action_id: `${actions.owner}_${at}`,
      text: plain(said.askOwner(owner).slice(0, 75)),
      value: JSON.stringify({ t: answer.traceId, o: owner.slice(0, 300) }),
    })
  }
  if (canCall === true) buttons.push(button(actions.call, callWords(answer.lang).call))
  if (canShare === true) buttons.push(button(actions.share, said.share))
  return buttons
}
