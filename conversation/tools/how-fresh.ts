import { z } from 'zod'
import { ageIn } from '../ages.ts'
import { citationOf, documentMeant } from './about-document.ts'
import { defineTool } from './tool.ts'

/** Says how far a document can be trusted to be still true. */
export const howFreshTool = defineTool({
  name: 'how_fresh',
  description:
    'Says how old a document is and whether somebody confirmed it; without `about`, the one that was cited last.',
  parameters: z.strictObject({ about: z.string().max(400).optional() }),
  acts: false,
  run: async ({ about }, scene, signal) => {
    const ja = scene.lang === 'ja'
    const source = await documentMeant(about, scene, signal)
    if (source === undefined) {
      const text = ja ? 'どの文書のことか分かりませんでした。' : 'I do not know which document you mean.'
      return { kind: 'failed', say: { text, abstained: true } }
    }
    const { freshness, document } = source
    scene.reads.read([source.passage])
    const now = scene.parts.clock.now()
    const edited = ageIn(freshness.editedAt, now, scene.lang)
    const verified = freshness.verifiedAt === undefined ? undefined : ageIn(freshness.verifiedAt, now, scene.lang)
    const text = ja
      ? `「${document.title}」の該当箇所は${edited}に更新${verified === undefined ? 'されました' : `、${verified}に確認されました`}。`
      : `That part of ${document.title} was changed ${edited}${verified === undefined ? '' : ` and confirmed ${verified}`}.`
    return {
      kind: 'done',
      say: { text: `${text} [1]`, spoken: text, citations: [citationOf(source)] },
      result: JSON.stringify({ title: document.title, state: freshness.state, edited, verified }),
    }
  },
})
