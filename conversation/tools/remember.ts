import { z } from 'zod'
import { maskSecrets } from '#knowledge/secrets.ts'
import { defineTool, wasNamed } from './tool.ts'

const mostNotes = 50

/** Keeps a note with the conversation, in the words of whoever asks. */
export const rememberTool = defineTool({
  name: 'remember',
  description: 'Keeps a note with this conversation. `note` is in the words of the user.',
  parameters: z.strictObject({ note: z.string().min(1).max(500) }),
  acts: true,
  fault: ({ note }, scene) => (wasNamed(note, scene) ? undefined : 'the user did not say that'),
  run: async ({ note }, { position, lang }) => ({
    kind: 'done',
    say: { text: lang === 'ja' ? '記録しました。' : 'Noted.' },
    result: 'noted',
    position: { ...position, notes: [...position.notes, maskSecrets(note).text].slice(-mostNotes) },
  }),
})
