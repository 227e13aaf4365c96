import type { Answer, Exchange, Question } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import { earlierTurns } from '#knowledge/earlier-turns.ts'
import { detectLang } from '#knowledge/language.ts'
import { type CheckedPiece, checked } from './check.ts'
import type { Command } from './commands.ts'
import type { TurnEvent, TurnMetrics } from './events.ts'
import { guardInput } from './guardrails/input.ts'
import type { Grounds } from './guardrails/output.ts'
import type { HeardNames } from './heard-names.ts'
import { untilAborted } from './lifetimes.ts'
import type { ConversationParts, Scene, ToolsOffered } from './parts.ts'
import { loadPosition } from './position.ts'
import { reply } from './reply.ts'
import { namesId, oursId } from './scene.ts'
import { type SpeculationDepth, SpeculativeAnswer } from './speculation.ts'
import { withSummary } from './summary.ts'
import type { Talk } from './talk.ts'
import { newTopic } from './topic.ts'
import { knownIncident, remember, savePosition, type TurnMade, turnsRemembered } from './turn-memory.ts'
import { watchedReads } from './turn-reads.ts'
import { reportedTurn } from './turn-report.ts'
import { understoodIn } from './understand.ts'

/** What was said in a turn, or pressed. */
export interface Utterance {
  text: string
  /** Of the answer; absent: that of the utterance. */
  lang?: Lang | undefined
  history?: readonly Exchange[] | undefined
  /** Of what was spoken: which names were put right, or may be others. */
  names?: HeardNames | undefined
  command?: Command | undefined
  /** Of the answer; absent: that of the conversation. */
  mode?: 'text' | 'spoken' | undefined
  /** What the client can do in this turn alone; absent: what it can in the conversation. */
  clientTools?: ToolsOffered | undefined
  /** The answer to these words, begun before they were final. */
  begun?: SpeculativeAnswer | undefined
}

export interface TurnTaking {
  /** Told of what there is as soon as there is something, so that a turn that is cut off can be remembered as far as it got; it's changed while the turn goes on. */
  onMade: (made: TurnMade) => void
  /** Adds its speech to the events of a turn, of which that is a part; absent: it is read. */
  aloud?: ((events: AsyncIterable<TurnEvent>) => AsyncIterable<TurnEvent>) | undefined
}

/** Begins to answer what is being said, without any effect until a turn adopts it. */
export function beginAnswer(
  parts: ConversationParts,
  talk: Talk,
  { text, lang, hasTurns }: { text: string; lang?: Lang | undefined; hasTurns: boolean },
  depth: SpeculationDepth,
): SpeculativeAnswer {
  const reads = watchedReads(parts, talk.principal)
  const masked = guardInput(text).text
  const question: Question = {
    text: masked,
    lang: lang ?? detectLang(masked),
    mode: talk.mode,
    shownOn: talk.shownOn,
    principal: talk.principal,
    traceId: parts.newId(),
    ...(hasTurns ? { conversationId: talk.conversationId } : {}),
  }
  return new SpeculativeAnswer({ question, ask: parts.answering(reads), reads, depth, telemetry: parts.telemetry })
}

/**
 * Takes one turn: guards what comes in, understands it, replies, checks the reply, and remembers it. Yields what
 * happens; `done` comes last and once.
 */
export function takeTurn(
  parts: ConversationParts,
  talk: Talk,
  utterance: Utterance,
  { onMade, aloud = (events) => events }: TurnTaking,
  signal: AbortSignal,
): AsyncGenerator<TurnEvent> {
  // The answer that was begun early stands under the trace that it was begun in.
  const traceId = utterance.begun?.traceId ?? parts.newId()
  return reportedTurn(parts, { ...talk, traceId }, () =>
    aloud(turnEvents(parts, talk, utterance, traceId, onMade, signal)),
  )
}

async function* turnEvents(
  parts: ConversationParts,
  talk: Talk,
  utterance: Utterance,
  traceId: string,
  onMade: (made: TurnMade) => void,
  signal: AbortSignal,
): AsyncGenerator<TurnEvent> {
  const startedAt = performance.now()
  const guarded = guardInput(utterance.text)
  const lang = utterance.lang ?? detectLang(guarded.text)
  const { names } = utterance
  yield { kind: 'turn', text: guarded.text, lang, ...(names === undefined ? {} : { names }) }
  for (const verdict of guarded.verdicts) yield { kind: 'verdict', verdict }
  const [position, earlier, incident] = await Promise.all([
    loadPosition(parts, { ...talk, principal: talk.principal.name }, signal),
    earlierTurns(parts, talk, turnsRemembered, signal),
    knownIncident(parts, talk, signal),
  ])
  const entered: Scene = {
    parts,
    ...talk,
    traceId,
    lang,
    said: guarded.text,
    meant: guarded.meant,
    names,
    history: utterance.history,
    // Who brings a history wants to be understood by that alone.
    earlier: utterance.history === undefined ? earlier : [],
    incident,
    summary: talk.summaries?.of(position),
    clientTools: utterance.clientTools ?? talk.clientTools?.(),
    position,
    reads: utterance.begun?.reads ?? watchedReads(parts, talk.principal),
  }
  const { scene, intent } = understoodIn(entered, utterance.command)
  const made: TurnMade = {
    scene,
    answer: undefined,
    position: scene.position,
    promptTokens: {},
    streamed: false,
    openCalls: new Map(),
    aside: intent.kind !== 'question' && intent.kind !== 'act' && intent.kind !== 'which',
    stored: false,
  }
  onMade(made)
  made.streamed = intent.kind === 'question' && parts.llm !== undefined
  const begun = intent.kind === 'question' && scene === entered ? utterance.begun : undefined
  if (begun === undefined) utterance.begun?.discard()
  const pieces = checked(untilAborted(reply(scene, intent, begun, signal), signal), () => groundsOf(scene))
  for await (const event of told(pieces, made, signal)) {
    if (event.kind !== 'done') {
      yield event
      continue
    }
    const answer: Answer = {
      ...event.answer,
      conversationId: talk.conversationId,
      timingsMs: timingsOf(event.answer, performance.now() - startedAt),
    }
    made.answer = answer
    await remember(made, answer.answer, signal)
    if (scene.earlier.length >= turnsRemembered) {
      made.position = withSummary(made.position, scene.earlier[0])
      await savePosition(parts, made, signal)
    }
    yield {
      kind: 'metrics',
      metrics: {
        timingsMs: answer.timingsMs,
        promptTokens: made.promptTokens,
        speculation: speculationOf(utterance.begun, begun),
        newTopic: newTopic(scene.reads.searchedFor() ?? scene.meant, scene.earlier),
      },
    }
    yield { kind: 'done', answer }
  }
}

/** What of a reply is told to others; the rest is noted. */
async function* told(
  pieces: AsyncIterable<CheckedPiece>,
  made: TurnMade,
  signal: AbortSignal,
): AsyncGenerator<TurnEvent> {
  const { reads, parts } = made.scene
  let verdicts = 0
  for await (const piece of pieces) {
    for (const verdict of reads.verdicts().slice(verdicts)) yield { kind: 'verdict', verdict }
    verdicts = reads.verdicts().length
    if (piece.kind === 'prompt') made.promptTokens = piece.tokens
    else if (piece.kind === 'streaming') made.streamed = parts.llm !== undefined
    else if (piece.kind === 'position') {
      made.position = piece.position
      await savePosition(parts, made, signal)
      yield { kind: 'state', state: piece.position.state, ...(piece.step === undefined ? {} : { step: piece.step }) }
    } else {
      if (piece.kind === 'tool') noteCall(made, piece)
      yield piece
    }
  }
}

function noteCall({ openCalls }: TurnMade, piece: Extract<CheckedPiece, { kind: 'tool' }>): void {
  const { callId, tool, phase, atClient } = piece
  if (phase === 'started') openCalls.set(callId, { tool, ...(atClient === undefined ? {} : { atClient }) })
  else if (phase !== 'progress') openCalls.delete(callId)
}

/** What words of this turn may rest on. */
function groundsOf({ reads, said, earlier, position, incident }: Scene): Grounds {
  const named = reads
    .found()
    .flatMap(({ document, passage }) => [
      document.title,
      document.path,
      document.url,
      ...document.owners,
      ...passage.heading,
    ])
  const names = reads.passages().flatMap(({ id, text }) => (id === namesId ? text : []))
  const ours = reads.passages().flatMap(({ id, text }) => (id === oursId ? text.split('\n') : []))
  const known = incident === undefined ? [] : [incident.incident.title, incident.summary.text]
  const before = earlier.slice(-1).flatMap(({ standalone, answer }) => [standalone, answer])
  return {
    passages: reads.passages(),
    ours,
    named: [said, reads.searchedFor() ?? '', ...named, ...names, ...before, ...position.notes, ...known].join('\n'),
  }
}

/** Stages as the answering took them, and what the loop took beside them, so that the parts add up. */
function timingsOf({ timingsMs }: Answer, totalMs: number): Record<string, number> {
  const { total = 0, ...stages } = timingsMs
  const spent = Math.max(total, totalMs)
  const rounded = (ms: number): number => Math.round(ms * 10) / 10
  return {
    ...stages,
    loop: rounded(spent - Object.values(stages).reduce((sum, ms) => sum + ms, 0)),
    total: rounded(spent),
  }
}

function speculationOf(
  begun: SpeculativeAnswer | undefined,
  kept: SpeculativeAnswer | undefined,
): TurnMetrics['speculation'] {
  if (kept !== undefined) return kept.depthBefore === 'answer' ? 'answer-kept' : 'retrieval-kept'
  return begun === undefined ? 'none' : 'discarded'
}
