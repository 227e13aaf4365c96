import type { Command } from './commands.ts'
import type { Scene } from './parts.ts'
import { ageOfLast, ownerOfLast } from './replies/about-last.ts'
import { acted, called } from './replies/act.ts'
import { readSources, repeated } from './replies/again.ts'
import { caughtUp } from './replies/catch-up.ts'
import { farewell, paced, quiet, returned, spelledOut } from './replies/manner.ts'
import { answerBegun, answered } from './replies/question.ts'
import { startWalk, stopWalk, walkFromLast, walkOn } from './replies/walk.ts'
import { askedWhich } from './replies/which.ts'
import { ownReply, type Reply } from './scene.ts'
import type { SpeculativeAnswer } from './speculation.ts'
import { moved } from './states/machine.ts'
import { onCallMachine } from './states/on-call-machine.ts'
import { allTools } from './tools/all-tools.ts'
import type { Intent } from './understand.ts'
import { said } from './words.ts'

/** What is answered to an intent. */
export async function* reply(
  scene: Scene,
  intent: Intent,
  begun: SpeculativeAnswer | undefined,
  signal: AbortSignal,
): Reply {
  const ours = scene.parts.tools ?? allTools
  const theirs = scene.clientTools?.tools ?? []
  const { llm } = scene.parts
  if (intent.kind === 'nothing') return yield* ownReply(scene, { text: said('not-heard', scene.lang), abstained: true })
  if (intent.kind === 'which') return yield* askedWhich(scene, intent)
  if (intent.kind === 'courtesy') return yield* returned(scene, intent.courtesy)
  if (intent.kind === 'about-last')
    return yield* intent.asks === 'age' ? ageOfLast(scene, signal) : ownerOfLast(scene, signal)
  if (intent.kind === 'go-on') return yield* wentOn(intent.command, scene, signal)
  if (intent.kind === 'command') return yield* commanded(intent.command, scene, signal)
  if (intent.kind === 'act' && llm !== undefined)
    return yield* acted(llm, scene, [...theirs, ...ours], undefined, signal)
  // A question may be one for the client's tools. Meanwhile the documents' answer is made, in case it isn't.
  if (llm !== undefined && theirs.length > 0 && scene.meant !== '')
    return yield* acted(llm, scene, theirs, begun ?? answerBegun(scene), signal)
  yield* answered(scene, begun, signal)
}

/** "Next", where no runbook is walked through: the rest of what was interrupted, else the steps behind what was said last. */
async function* wentOn({ name }: Command, scene: Scene, signal: AbortSignal): Reply {
  const last = scene.earlier.at(-1)
  if (name === 'next' && last !== undefined && scene.cutShort?.(last.traceId) !== undefined)
    return yield* repeated(scene, signal)
  if (name === 'next') return yield* walkFromLast(scene, signal)
  yield* ownReply(scene, { text: said('no-walk', scene.lang) })
}

async function* commanded(command: Command, scene: Scene, signal: AbortSignal): Reply {
  const { position } = scene
  const { name } = command
  const call = toolCall(command, scene)
  if (call !== undefined) {
    const tool = (scene.parts.tools ?? allTools).find((each) => each.name === call.tool)
    if (tool !== undefined) return yield* called(tool, call.arguments, scene, signal)
  }
  if (position.state === 'confirming-action' && (name === 'no' || name === 'stop')) {
    const back = moved(onCallMachine, position, 'no') ?? position
    yield {
      kind: 'position',
      position: { ...position, state: back.state, previous: [...back.previous], pending: undefined },
    }
    return yield* ownReply(scene, { text: said('cancelled', scene.lang) })
  }
  const inWalk = position.walk !== undefined && position.state !== 'open'
  switch (name) {
    case 'walk':
      return yield* startWalk(command, scene, signal)
    case 'repeat':
      return yield* inWalk ? walkOn(command, scene, signal) : repeated(scene, signal)
    case 'source':
      return yield* readSources(scene, signal)
    case 'spell':
      return yield* spelledOut(scene)
    case 'slower':
    case 'faster':
      return yield* paced(scene, name === 'slower')
    case 'catch-up':
      return yield* caughtUp(scene)
    case 'stop':
      return yield* inWalk ? stopWalk(scene) : quiet(scene)
    case 'goodbye':
      return yield* farewell(scene)
    default:
      return yield* walkOn(command, scene, signal)
  }
}

/** The tool that a command stands for. */
function toolCall({ name, about }: Command, { position }: Scene): { tool: string; arguments: unknown } | undefined {
  switch (name) {
    case 'post': {
      const channel = about.replace(/^(?:slack|スラック)$|^(?:the )?(?:channel|thread)$/i, '').trim()
      return { tool: 'post_to_slack', arguments: channel === '' ? {} : { channel } }
    }
    case 'page-owner':
      return { tool: 'page_owner', arguments: about === '' ? {} : { about } }
    case 'remember':
      return { tool: 'remember', arguments: { note: about } }
    case 'yes':
      return position.state === 'confirming-action' ? position.pending : undefined
    default:
      return undefined
  }
}
