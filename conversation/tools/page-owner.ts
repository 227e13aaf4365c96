import { z } from 'zod'
import type { Lang } from '#knowledge/document.ts'
import type { Reached } from '../outlets/pager.ts'
import { documentMeant } from './about-document.ts'
import { defineTool } from './tool.ts'

type Words = Record<Reached, Record<Lang, (who: string) => string>>

const asking: Words = {
  paged: {
    en: (who) => `Shall I page ${who}? Say "yes" to do it.`,
    ja: (who) => `${who}を呼び出します。よろしければ「はい」と言ってください。`,
  },
  transferred: {
    en: (who) => `Shall I put you through to ${who}? Say "yes" to do it.`,
    ja: (who) => `${who}におつなぎします。よろしければ「はい」と言ってください。`,
  },
}
const done: Words = {
  paged: {
    en: (who) => `I paged ${who}. I stay here until they come.`,
    ja: (who) => `${who}を呼び出しました。到着までここにいます。`,
  },
  transferred: {
    en: (who) => `I put you through to ${who}.`,
    ja: (who) => `${who}におつなぎします。`,
  },
}

/** Calls the owners of the document at hand, and hands over to them; asked for twice, since somebody may be asleep. */
export const pageOwnerTool = defineTool({
  name: 'page_owner',
  description:
    'Pages the owners of the document that was cited last. Call it only when the user asks for it; they confirm it.',
  parameters: z.strictObject({ about: z.string().max(400).optional(), confirmed: z.literal(true).optional() }),
  acts: true,
  fault: ({ confirmed }, { position }) =>
    confirmed === true && position.state !== 'confirming-action' ? 'nobody has confirmed it' : undefined,
  run: async ({ about, confirmed }, scene, signal) => {
    const { parts, position, lang, principal, conversationId } = scene
    const ja = lang === 'ja'
    const failed = (text: string) => ({ kind: 'failed' as const, say: { text, abstained: true } })
    if (parts.pager === undefined) {
      return failed(
        ja
          ? '呼び出しは設定されていません。nightdesk.yamlのconversations.ownersかconversations.page_webhookを設定してください。'
          : 'Paging is not set up here. Set conversations.owners or conversations.page_webhook in nightdesk.yaml.',
      )
    }
    const source = await documentMeant(undefined, scene, signal)
    const owners = source?.document.owners ?? []
    if (source === undefined || owners.length === 0)
      return failed(ja ? '担当者が分かりません。' : 'I do not know who owns this.')
    const { title, url } = source.document
    scene.reads.read([{ id: 'names', text: [title, ...owners].join('\n') }])
    const who = owners.join(ja ? '、' : ', ')
    if (confirmed !== true) {
      const way = parts.pager.wayTo({ owners, conversationId })
      return {
        kind: 'done',
        say: { text: asking[way][lang](who) },
        result: 'waits for a yes',
        position: {
          ...position,
          state: 'confirming-action',
          previous: [...position.previous, position.state].slice(-8),
          pending: { tool: 'page_owner', arguments: { ...(about === undefined ? {} : { about }), confirmed: true } },
        },
      }
    }
    const asked = scene.earlier.findLast(({ cited }) => cited.length > 0)?.standalone ?? about ?? title
    const reached = await parts.pager.page(
      { owners, about: asked, document: { title, url }, by: principal.name, conversationId },
      signal,
    )
    return {
      kind: 'done',
      say: { text: done[reached][lang](who) },
      result: reached,
      position: { ...position, state: 'handed-over', pending: undefined },
    }
  },
})
