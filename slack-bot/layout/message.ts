import type { types } from '@slack/bolt'

/** A message as it is posted: blocks, and the text that notifications and screen readers take instead. */
export interface SlackMessage {
  text: string
  blocks: types.KnownBlock[]
}

/** Slack's limit is 50 blocks; some are left for what is added around. */
const mostBlocks = 40
/** Slack refuses about 13,200 characters of JSON in all (github.com/slackapi/bolt-js/issues/2509). */
const mostChars = 9000
const mostParts = 60

/** As many messages as it takes, cut between blocks of text; each within Slack's limits. */
export function inMessages(blocks: readonly types.KnownBlock[]): types.KnownBlock[][] {
  const messages: types.KnownBlock[][] = [[]]
  let chars = 0
  for (const block of blocks.flatMap(small)) {
    const size = JSON.stringify(block).length
    const last = messages.at(-1) ?? []
    if (last.length > 0 && (last.length >= mostBlocks || chars + size > mostChars)) {
      messages.push([block])
      chars = size
    } else {
      last.push(block)
      chars += size
    }
  }
  return messages
}

/** A rich text that is too large for one message in several. */
function small(block: types.KnownBlock): types.KnownBlock[] {
  if (block.type !== 'rich_text') return [block]
  const whole: types.RichTextBlockElement[][] = [[]]
  let chars = 0
  for (const part of block.elements.flatMap(smallList)) {
    const size = JSON.stringify(part).length
    const last = whole.at(-1) ?? []
    if (last.length > 0 && (chars + size > mostChars - 1000 || last.length >= mostParts)) {
      whole.push([part])
      chars = size
    } else {
      last.push(part)
      chars += size
    }
  }
  return whole.map((elements) => ({ type: 'rich_text', elements }))
}

/** A list that is too large for one message in several, its numbers going on. */
function smallList(part: types.RichTextBlockElement): types.RichTextBlockElement[] {
  if (part.type !== 'rich_text_list' || JSON.stringify(part).length <= mostChars / 2) return [part]
  const from = 'offset' in part && typeof part.offset === 'number' ? part.offset : 0
  return part.elements.map((element, at) => ({
    ...part,
    elements: [element],
    ...(part.style === 'ordered' && { offset: from + at }),
  }))
}

const longestFallback = 3000

/** For notifications: plain words, nothing of them read as markup. */
export function fallbackText(text: string): string {
  const short = text.length > longestFallback ? `${text.slice(0, longestFallback)}…` : text
  return escaped(short)
}

/** docs.slack.dev/messaging/formatting-message-text: these three, and nothing else, are special. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

export function plain(text: string): types.PlainTextElement {
  return { type: 'plain_text', text, emoji: true }
}

/** @param text mrkdwn: what comes from outside must be escaped. */
export function section(text: string): types.SectionBlock {
  return { type: 'section', text: { type: 'mrkdwn', text: text.slice(0, 3000) } }
}

/** @param text mrkdwn: what comes from outside must be escaped. */
export function context(text: string): types.ContextBlock {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: text.slice(0, 3000) }] }
}

/** @param text mrkdwn: what comes from outside must be escaped. */
export function message(text: string): SlackMessage {
  return { text, blocks: [section(text)] }
}
