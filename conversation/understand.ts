import type { Turn } from '#knowledge/conversation-store.ts'
import { asksAboutAge, type Courtesy, courtesyIn } from '#retrieval/answering.ts'
import { type AskedBack, doubtOf, nameChoice } from './asked-back.ts'
import { type Command, commandIn } from './commands.ts'
import type { KnownIncident } from './incidents/incident-memory.ts'
import { asksForItsOwner } from './last-said.ts'
import type { Scene } from './parts.ts'
import type { Position } from './position.ts'
import { moved } from './states/machine.ts'
import { onCallMachine } from './states/on-call-machine.ts'

/** What somebody wants of a turn. */
export type Intent =
  | { kind: 'question' }
  /** There are no words. */
  | { kind: 'nothing' }
  | { kind: 'command'; command: Command }
  /** Something is to be done that no command says; a model may know by which tool. */
  | { kind: 'act' }
  /** Nothing but politeness. */
  | { kind: 'courtesy'; courtesy: Courtesy }
  /** How old that is which was said last, or whose. */
  | { kind: 'about-last'; asks: 'age' | 'owner' }
  /** What comes next, where no runbook is walked through: of what was said last. */
  | { kind: 'go-on'; command: Command }
  /** A name in it was heard badly and has to be asked about. */
  | ({ kind: 'which' } & Pick<AskedBack, 'question' | 'heard' | 'candidates'>)

interface Understanding {
  /** Secrets masked. */
  said: string
  /** Without orders to us. */
  meant: string
  /** Said as a key of a telephone, or chosen on a screen. */
  command?: Command | undefined
  position: Position
  earlier: readonly Turn[]
  history?: Scene['history']
  /** There is one that the conversation belongs to. */
  incident?: KnownIncident | undefined
  mode: 'text' | 'spoken'
  /** There is a model that can choose a tool. */
  canChoose: boolean
}

/**
 * Understands a turn in its conversation: who was asked which name they mean gets the question answered that they had
 * asked, and what was heard too badly to be answered is asked about.
 */
export function understoodIn(scene: Scene, command: Command | undefined): { scene: Scene; intent: Intent } {
  const { askedBack } = scene.position
  const asked = askedBack?.traceId === scene.earlier.at(-1)?.traceId ? askedBack : undefined
  const choice = asked === undefined || command !== undefined ? undefined : nameChoice(scene.meant, asked)
  if (asked !== undefined && choice?.kind === 'again') return { scene, intent: { kind: 'which', ...asked } }
  if (asked !== undefined && choice?.kind === 'question') {
    const { text } = choice
    return {
      scene: { ...scene, said: text, meant: text, names: undefined, lang: asked.lang },
      intent: { kind: 'question' },
    }
  }
  const intent = understood({ ...scene, command, canChoose: scene.parts.llm !== undefined })
  const doubt =
    intent.kind === 'question' && scene.mode === 'spoken' ? doubtOf(scene.said, scene.names, asked) : undefined
  return { scene, intent: doubt === undefined ? intent : { kind: 'which', ...doubt } }
}

/**
 * Understands a turn by rules. A command counts only where the state knows it and there is something it can be about;
 * everything else is a question, since answering one does no harm.
 */
function understood(given: Understanding): Intent {
  if (given.said.trim() === '' && given.mode === 'spoken') return { kind: 'nothing' }
  const { kind: courtesy, rest } = courtesyIn(given.meant)
  const command = given.command ?? commandIn(given.meant) ?? (courtesy === undefined ? undefined : commandIn(rest))
  if (command !== undefined && isMeaningful(command, given)) return { kind: 'command', command }
  if (courtesy !== undefined && rest === '') return { kind: 'courtesy', courtesy }
  // Who brings a history has it answered in that.
  if (given.history === undefined && asksAboutAge(rest)) return { kind: 'about-last', asks: 'age' }
  if (given.history === undefined && asksForItsOwner(rest)) return { kind: 'about-last', asks: 'owner' }
  if (command !== undefined && goesOn.has(command.name)) return { kind: 'go-on', command }
  if (given.canChoose && asksToAct(given.meant)) return { kind: 'act' }
  return { kind: 'question' }
}

/** Moves in a runbook; where none is walked through they are no questions either. */
const goesOn = new Set<Command['name']>(['next', 'back', 'skip', 'done', 'where'])

function isMeaningful({ name, about }: Command, { position, earlier, mode, incident }: Understanding): boolean {
  if (moved(onCallMachine, position, name) === undefined) return false
  switch (name) {
    case 'repeat':
    case 'source':
    case 'spell':
    case 'post':
    case 'page-owner':
      return earlier.length > 0 || position.walk !== undefined
    case 'next':
    case 'back':
    case 'done':
    case 'skip':
    case 'expected':
    case 'where':
    case 'problem':
      return position.walk !== undefined
    case 'yes':
    case 'no':
      return position.walk !== undefined || position.pending !== undefined
    case 'stop':
    case 'goodbye':
      return mode === 'spoken' || earlier.length > 0 || position.walk !== undefined
    case 'slower':
    case 'faster':
      return mode === 'spoken'
    case 'catch-up':
      return incident !== undefined
    case 'walk':
    case 'remember':
      return about !== ''
  }
}

const actions =
  /^(?:(?:please|can you|could you|would you|now|and|then|also|ok(?:ay)?)[,\s]+)*(?:post|send|share|tell|notify|inform|let .{1,40} know|page|call|ping|escalate|hand over|transfer|remember|note|write down|start|begin)\b/i
const actionsJa =
  /(?:投稿|送信|共有|連絡|通知|呼び出|エスカレーション|引き継|転送|記録|メモ|開始)(?:して|を?お願い|しておいて|してもらえ|してくれ)|(?:送っ|伝え|知らせ|呼ん|覚え)て(?:おいて|ください|くれ|もらえ|ほしい|[。!！]?$)/

/** Wants something done, by its grammar; a question about doing it ("how do I page …") doesn't. */
export function asksToAct(text: string): boolean {
  const line = text.normalize('NFKC').trim()
  if (/[?？]\s*$/.test(line) && !/^(?:can|could|would) you\b/i.test(line)) return false
  return actions.test(line) || actionsJa.test(line)
}
