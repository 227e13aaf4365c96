import type { VoiceStagesMs } from '../figures.ts'
import type { Mood } from './mood.ts'
import type { Marks, Reply } from './reply.ts'
import type { SessionScope } from './session-parts.ts'

/** The first of a reply is sent: what it took until now is told, once. */
export function tellBegun(
  reply: Reply,
  { mood, send, parts }: Pick<SessionScope, 'send' | 'parts'> & { mood: Mood },
): void {
  if (reply.hasBegun) return
  reply.hasBegun = true
  mood.is('speaking')
  const at = parts.timing.nowMs()
  const { stagesMs, totalMs } = stagesOf(reply.marks, at)
  if (reply.mode === 'spoken') reply.sounded = { stagesMs, at }
  parts.figures.turn({ stagesMs, totalMs })
  send({ type: 'nightdesk.metrics', response_id: reply.writer.options.id, stages_ms: stagesMs, total_ms: totalMs })
}

/** The turn of a reply is over, and known by its trace from now on. */
export function tellSounded(
  { sounded }: Reply,
  traceId: string,
  { parts, caller }: Pick<SessionScope, 'parts' | 'caller'>,
): void {
  if (sounded === undefined) return
  const { stagesMs, at } = sounded
  parts.figures.sounded({
    traceId,
    principal: caller.principal.name,
    stagesMs,
    soundedMsAgo: parts.timing.nowMs() - at,
  })
}

/** The stages of a turn up to its first sound, which add up to the total. */
function stagesOf(marks: Marks, soundAt: number): { stagesMs: VoiceStagesMs; totalMs: number } {
  const wordsAt = marks.wordsAt ?? soundAt
  const points = [marks.saidAt, marks.endedAt, marks.heardAt, wordsAt, soundAt].map((at) => Math.round(at * 10) / 10)
  const between = (to: number): number => Math.round(((points[to] ?? 0) - (points[to - 1] ?? 0)) * 10) / 10
  const stagesMs = { end_of_turn: between(1), transcription: between(2), answer: between(3), voice: between(4) }
  const totalMs = Math.round(Object.values(stagesMs).reduce((sum, ms) => sum + ms, 0) * 10) / 10
  return { stagesMs, totalMs }
}
