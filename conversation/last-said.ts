import type { Citation } from '#knowledge/answer.ts'
import type { Turn } from '#knowledge/conversation-store.ts'
import { asksAboutAge, courtesyIn } from '#retrieval/answering.ts'
import { citationsOf } from './citing.ts'
import { type CommandName, commandIn } from './commands.ts'
import type { Scene } from './parts.ts'
import { citationOfStep, openRunbook, stepAt } from './walkthrough/walk.ts'

const ownerOfThat =
  /^(?:(?:and|so|ok(?:ay)?|but)[,\s]+)*(?:who (?:owns|maintains|looks after|keeps|is responsible for|(?:is|are) in charge of|wrote) (?:it|that|this|them|(?:that|this|the) (?:page|document|doc|runbook|one|procedure|source))|who(?:'s| is| are) the (?:owners?|author|maintainers?)(?: of (?:it|that|this(?: (?:page|document|runbook))?))?|whose (?:is (?:it|that|this)|(?:page|document|runbook) is (?:it|that|this)))$|^(?:(?:それ|これ|その(?:文書|ページ|手順書?)|この(?:文書|ページ|手順書?))(?:の|は|って)?)?(?:(?:担当(?:者|チーム|部署)?|オーナー|所有者|責任者)(?:は|って)?(?:誰|だれ|どこ|どのチーム)?|(?:誰|だれ|どこ|どのチーム)(?:の(?:もの|担当|文書|ページ|管理)|が(?:担当|管理|所有|書いた)(?:して(?:い)?る)?))(?:です|なの|なん)?(?:か|の)?$/i

/** Asks whose the document is that was told from last, and names none. */
export function asksForItsOwner(utterance: string): boolean {
  const line = utterance.normalize('NFKC').replace(/[’]/g, "'")
  return ownerOfThat.test(line.replace(/[\s.!?。！？、…]+$/g, '').trim())
}

/** Who says these wants nothing told that could be referred to. */
const manners = new Set<CommandName | undefined>(['stop', 'slower', 'faster', 'goodbye', 'remember'])
/** Moves in a runbook; those that had nothing read told nothing. */
const moves = new Set<CommandName | undefined>([
  'next',
  'back',
  'skip',
  'done',
  'where',
  'yes',
  'no',
  'problem',
  'expected',
])
/** What was asked about something that was said before them; that is still what `that` means. */
const asides = new Set<CommandName | undefined>(['source', 'spell', 'post', 'page-owner'])

/** What was said last that told something, or that it could not be told; manners are passed over. */
export function lastTold(earlier: readonly Turn[]): Turn | undefined {
  return earlier.findLast((turn) => !isManner(turn))
}

/** What was last told of its own, and not about what had been told before it. */
export function lastMatter(earlier: readonly Turn[]): Turn | undefined {
  return earlier.findLast((turn) => !isManner(turn) && !isAside(turn.question))
}

/** A "yes" that had a step read is none. */
function isManner({ question, cited }: Turn): boolean {
  if (cited.length > 0) return false
  const name = commandIn(question)?.name
  return manners.has(name) || moves.has(name) || courtesyIn(question).rest === ''
}

function isAside(question: string): boolean {
  return asides.has(commandIn(question)?.name) || asksAboutAge(question) || asksForItsOwner(question)
}

/** What the words rest on that were said last: the step of a runbook, or what an answer cited. Nothing was cited: []. */
export async function lastCitations(scene: Scene, signal: AbortSignal): Promise<Citation[]> {
  const { earlier, position } = scene
  if (position.state === 'confirming-step') return await stepWalked(scene, signal)
  const last = lastMatter(earlier)
  if (last !== undefined && last.cited.length > 0) return await citationsOf(last, scene, signal)
  if (position.walk !== undefined && position.state !== 'open') return await stepWalked(scene, signal)
  // Nothing was found, and that has no source.
  if (last?.abstained === true) return []
  const before = earlier.findLast(({ cited }) => cited.length > 0)
  return before === undefined ? [] : await citationsOf(before, scene, signal)
}

/** A step that waits for a yes was not read yet, but is what is talked about. */
async function stepWalked(scene: Scene, signal: AbortSignal): Promise<Citation[]> {
  const saved = scene.position.walk
  const opened = saved === undefined ? undefined : await openRunbook(saved.documentId, scene, signal)
  if (saved === undefined || opened === undefined) return []
  const walk = { ...opened, position: saved }
  const step = stepAt(walk)
  const citation = step === undefined ? undefined : citationOfStep(step, walk)
  return citation === undefined ? [] : [citation]
}
