import { z } from 'zod'
import { defineTool, wasNamed } from './tool.ts'

const longest = 2000

/** Reads one passage word for word. */
export const readPassageTool = defineTool({
  name: 'read_passage',
  description: 'Reads one passage word for word, by an id that search gave.',
  parameters: z.strictObject({ id: z.string().min(1).max(400) }),
  acts: false,
  fault: ({ id }, scene) =>
    wasNamed(id, scene) || scene.reads.found().some(({ passage }) => passage.id === id)
      ? undefined
      : 'no search gave this id',
  run: async ({ id }, { parts, principal, lang, reads }, signal) => {
    const [found] = await parts.reading.passages([id], principal, signal)
    if (found === undefined || found.passage.suspicious) {
      const text = lang === 'ja' ? 'その箇所は読めません。' : 'That passage cannot be read.'
      return { kind: 'failed', say: { text, abstained: true } }
    }
    const { passage, document, freshness } = found
    reads.read([passage])
    const quote = passage.text.slice(0, longest)
    return {
      kind: 'done',
      say: {
        text: `${quote}\n\n[1]`,
        citations: [{ n: 1, quote, passageId: id, heading: passage.heading, document, freshness }],
      },
      result: quote,
    }
  },
})
