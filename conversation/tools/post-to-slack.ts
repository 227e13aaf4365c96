import { z } from 'zod'
import { citationsOf } from '../citing.ts'
import { namesId } from '../scene.ts'
import { defineTool, wasNamed } from './tool.ts'

const longestAbout = 120

/** Posts the last answer with its sources; a model chooses the channel at most, never the words. */
export const postToSlackTool = defineTool({
  name: 'post_to_slack',
  description: 'Posts the last answer, with its sources, to Slack. `channel` only if the user named one.',
  parameters: z.strictObject({ channel: z.string().max(80).optional(), confirmed: z.literal(true).optional() }),
  acts: true,
  fault: ({ channel, confirmed }, scene) => {
    if (confirmed === true && scene.position.state !== 'confirming-action') return 'nobody has confirmed it'
    return channel === undefined || channel === '' || confirmed === true || wasNamed(channel.replace(/^#/, ''), scene)
      ? undefined
      : 'nobody named this channel'
  },
  run: async ({ channel, confirmed }, scene, signal) => {
    const { parts, earlier, conversationId, lang, position, principal } = scene
    const ja = lang === 'ja'
    // The question whether to post it is no answer to post.
    const last = earlier.findLast(({ cited }) => cited.length > 0) ?? earlier.at(-1)
    if (parts.poster === undefined || last === undefined) {
      const text = ja
        ? 'Slackは設定されていません。SLACK_BOT_TOKENを設定してください。'
        : 'Slack is not set up here. Set SLACK_BOT_TOKEN.'
      const nothing = ja ? '送る答えがまだありません。' : 'There is no answer to send yet.'
      return { kind: 'failed', say: { text: parts.poster === undefined ? text : nothing, abstained: true } }
    }
    const named = channel === undefined || channel === '' ? undefined : channel
    const where = named ?? 'Slack'
    scene.reads.read([{ id: namesId, text: `${where}\n${last.standalone}` }])
    if (confirmed !== true) {
      const about = last.standalone.slice(0, longestAbout)
      return {
        kind: 'done',
        say: {
          text: ja
            ? `「${about}」への答えを${where}に送ります。よろしければ「はい」と言ってください。`
            : `Shall I post the answer to "${about}" to ${where}? Say "yes" to do it.`,
        },
        result: 'waits for a yes',
        position: {
          ...position,
          state: 'confirming-action',
          previous: [...position.previous, position.state].slice(-8),
          pending: {
            tool: 'post_to_slack',
            arguments: { ...(named === undefined ? {} : { channel: named }), confirmed: true },
          },
        },
      }
    }
    const citations = await citationsOf(last, scene, signal)
    const sources = citations.map(({ n, document }) => `[${n}] ${document.title} ${document.url}`)
    const documentIds = [...new Set(citations.map(({ document }) => document.id))]
    const text = [last.answer, ...sources].join('\n')
    await parts.poster.post({ channel: named, text, conversationId, by: principal, documentIds }, signal)
    return {
      kind: 'done',
      say: { text: ja ? `${where}に送りました。` : `Sent to ${where}.` },
      result: 'sent',
      position: {
        ...position,
        state: position.previous.at(-1) ?? 'open',
        previous: position.previous.slice(0, -1),
        pending: undefined,
      },
    }
  },
})
