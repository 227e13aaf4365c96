import { readSources, repeated } from './replies/again.ts'
import { answered } from './replies/question.ts'
import { startWalk, stopWalk, walkOn } from './replies/walk.ts'
import type { Reply, Scene } from './scene.ts'
import type { SpeculativeAnswer } from './speculation.ts'
import type { Intent } from './understand.ts'

/** What is answered to an intent. */
export async function* reply(
  scene: Scene,
  intent: Intent,
  begun: SpeculativeAnswer | undefined,
  signal: AbortSignal,
): Reply {
  if (intent.kind !== 'command') return yield* answered(scene, begun, signal)
  const { command } = intent
  const walking = scene.position.walk !== undefined
  switch (command.name) {
    case 'walk':
      return yield* startWalk(command.about, scene, signal)
    case 'next':
    case 'back':
    case 'done':
    case 'skip':
    case 'expected':
    case 'where':
    case 'problem':
    case 'yes':
    case 'no':
      return yield* walkOn(command, scene, signal)
    case 'repeat':
      if (walking && scene.position.state !== 'open') return yield* walkOn(command, scene, signal)
      return yield* repeated(scene, signal)
    case 'source':
      return yield* readSources(scene, signal)
    case 'stop':
      if (walking) return yield* stopWalk(scene)
      return yield* answered(scene, begun, signal)
    default:
      return yield* answered(scene, begun, signal)
  }
}
