import { z } from 'zod'
import type { OwnWords } from '../parts.ts'
import { startWalk } from '../replies/walk.ts'
import { defineTool } from './tool.ts'

/** Begins to walk through a runbook. */
export const startWalkthroughTool = defineTool({
  name: 'start_walkthrough',
  description:
    'Begins to walk the user through a runbook, one step at a time. `runbook` is its name, with the section if one was named.',
  parameters: z.strictObject({ runbook: z.string().min(2).max(200) }),
  acts: false,
  run: async ({ runbook }, scene, signal) => {
    let position = scene.position
    let say: OwnWords = { text: '' }
    for await (const piece of startWalk({ about: runbook }, scene, signal)) {
      if (piece.kind === 'position') position = piece.position
      if (piece.kind === 'done') say = { ...piece.answer, text: piece.answer.answer }
    }
    return { kind: 'done', say, result: 'begun', position }
  },
})
