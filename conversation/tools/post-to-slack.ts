import { z } from 'zod'
import { citationsOf } from '../citing.ts'
import { defineTool, wasNamed } from './tool.ts'

/** Posts the last answer with its sources; a model chooses the channel at most, never the words. */
export const postToSlackTool = defineTool({
  name: 'post_to_slack',
  description: 'Posts the last answer, with its sources, to Slack. `channel` only if the user named one.',
  parameters: z.strictObject({ channel: z.string().max(80).optional() }),
  acts: true,
  fault: ({ channel }, scene) =>
    channel === undefined || channel === '' || wasNamed(channel.replace(/^#/, ''), scene)
      ? undefined
      : 'nobody named this channel',
  run: async ({ channel }, scene, signal) => {
    const { parts, earlier, conversationId, lang } = scene
    const ja = lang === 'ja'
    const last = earlier.at(-1)
    if (parts.poster === undefined || last === undefined) {
      const text = ja
        ? 'Slackは設定されていません。SLACK_BOT_TOKENを設定してください。'
        : 'Slack is not set up here. Set SLACK_BOT_TOKEN.'
      const nothing = ja ? '送る答えがまだありません。' : 'There is no answer to send yet.'
      return { kind: 'failed', say: { text: parts.poster === undefined ? text : nothing, abstained: true } }
    }
    const sources = (await citationsOf(last, scene, signal)).map(
      ({ n, document }) => `[${n}] ${document.title} ${document.url}`,
    )
    const named = channel === undefined || channel === '' ? undefined : channel
    await parts.poster.post({ channel: named, text: [last.answer, ...sources].join('\n'), conversationId }, signal)
    const where = named ?? 'Slack'
    return {
      kind: 'done',
      say: { text: ja ? `${where}に送りました。` : `Sent to ${where}.` },
      result: 'sent',
    }
  },
})
