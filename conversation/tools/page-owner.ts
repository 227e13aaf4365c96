import { z } from 'zod'
import { documentMeant } from './about-document.ts'
import { defineTool } from './tool.ts'

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
          ? '呼び出しは設定されていません。nightdesk.yamlのconversations.page_webhookを設定してください。'
          : 'Paging is not set up here. Set conversations.page_webhook in nightdesk.yaml.',
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
      return {
        kind: 'done',
        say: {
          text: ja
            ? `${who}を呼び出します。よろしければ「はい」と言ってください。`
            : `Shall I page ${who}? Say "yes" to do it.`,
        },
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
    await parts.pager.page(
      { owners, about: asked, document: { title, url }, by: principal.name, conversationId },
      signal,
    )
    return {
      kind: 'done',
      say: {
        text: ja ? `${who}を呼び出しました。到着までここにいます。` : `I paged ${who}. I stay here until they come.`,
      },
      result: 'paged',
      position: { ...position, state: 'handed-over', pending: undefined },
    }
  },
})
