import { z } from 'zod'
import { citationOf, documentMeant } from './about-document.ts'
import { defineTool } from './tool.ts'

/** Says whom a document belongs to. */
export const whoOwnsTool = defineTool({
  name: 'who_owns',
  description: 'Says who owns the document about something; without `about`, the one that was cited last.',
  parameters: z.strictObject({ about: z.string().max(400).optional() }),
  acts: false,
  run: async ({ about }, scene, signal) => {
    const ja = scene.lang === 'ja'
    const source = await documentMeant(about, scene, signal)
    if (source === undefined) {
      const text = ja ? 'どの文書のことか分かりませんでした。' : 'I do not know which document you mean.'
      return { kind: 'failed', say: { text, abstained: true } }
    }
    const { title, owners } = source.document
    scene.reads.read([source.passage])
    const who = owners.join(ja ? '、' : ', ')
    const known = ja ? `「${title}」の担当は${who}です。` : `${title} is owned by ${who}.`
    const unknown = ja ? `「${title}」には担当者の記載がありません。` : `${title} names no owner.`
    return {
      kind: 'done',
      say: {
        text: `${owners.length > 0 ? known : unknown} [1]`,
        spoken: owners.length > 0 ? known : unknown,
        citations: [citationOf(source)],
      },
      result: JSON.stringify({ title, owners }),
    }
  },
})
