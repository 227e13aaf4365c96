import { readSources, repeated } from './replies/again.ts'
import { answered } from './replies/question.ts'
import type { Reply, Scene } from './scene.ts'
import type { SpeculativeAnswer } from './speculation.ts'
import type { Intent } from './understand.ts'

/** What is answered to an intent. */
export function reply(scene: Scene, intent: Intent, begun: SpeculativeAnswer | undefined, signal: AbortSignal): Reply {
  if (intent.kind !== 'command') return answered(scene, begun, signal)
  switch (intent.command.name) {
    case 'repeat':
      return repeated(scene, signal)
    case 'source':
      return readSources(scene, signal)
    default:
      return answered(scene, begun, signal)
  }
}
