import { z } from 'zod'
import { defineTool } from './tool.ts'

const shown = 5

/** Looks for passages; a model goes on from what it finds. */
export const searchTool = defineTool({
  name: 'search',
  description: 'Finds passages of the documents. Gives their ids, places and beginnings.',
  parameters: z.strictObject({ query: z.string().min(2).max(400) }),
  acts: false,
  run: async ({ query }, { reads, principal, lang }, signal) => {
    const { passages, relevant } = await reads.search({ text: query, limit: shown, principal }, signal)
    const listed = relevant ? passages.slice(0, shown) : []
    const titles = [...new Set(listed.map(({ document }) => document.title))]
    const none = lang === 'ja' ? '関連する文書は見つかりませんでした。' : 'I found no document about that.'
    const found = lang === 'ja' ? `見つかった文書：${titles.join('、')}` : `I found: ${titles.join(', ')}.`
    return {
      kind: 'done',
      say: { text: listed.length === 0 ? none : found, abstained: listed.length === 0 },
      result: JSON.stringify(
        listed.map(({ passage, document }) => ({
          id: passage.id,
          document: document.title,
          heading: passage.heading.join(' › '),
          begins: passage.suspicious ? '(withheld)' : passage.text.slice(0, 300),
        })),
      ),
    }
  },
})
