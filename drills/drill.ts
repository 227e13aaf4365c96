import { setTimeout as pause } from 'node:timers/promises'
import { type HeardTurn, heardTurn, type Stage, type StageKind, saidTwice } from './stage.ts'

/** A failure that is rehearsed. */
export interface Drill {
  name: string
  /** What fails, in a line. */
  pattern: string
  /** Its page in docs/playbooks, without the ending. */
  playbook: string
  /** As the playbook promises it. */
  detectWithinMs: number
  /** On a stage with everything real, or in simulated time. */
  rehearsal:
    | { kind: 'stage'; stage: StageKind; inject: (stage: Stage) => Disposable; expects: Expectation }
    | { kind: 'simulated'; run: (signal: AbortSignal) => Promise<SimulatedOutcome> }
}

/** Who answers while it lasts. */
export type Expectation = 'backup' | 'documents' | 'primary' | 'apology' | 'local'

export interface SimulatedOutcome {
  detectedMs: number | undefined
  detectedAs: string
  fallback: string
  noticed: string
  recoveredMs: number | undefined
}

export interface DrillReport {
  name: string
  pattern: string
  playbook: string
  detectedMs: number | undefined
  detectedAs: string
  /** What the playbook says: detected within so long. */
  promisedMs: number
  /** Who answered while it lasted. */
  fallback: string
  /** What whoever asked noticed. */
  noticed: string
  /** Before the first words of a turn; undefined: no turn was taken. */
  longestSilenceMs: number | undefined
  /** Sentences that were said more than once in one answer. */
  saidTwice: number
  recoveredMs: number | undefined
  isSimulated: boolean
  /** What broke a promise; empty: the drill passed. */
  faults: readonly string[]
}

/** No turn may go without first words for longer (issue and contract agree on it). */
const longestSilenceMs = 2_500
const turnsInTrouble = 4
const longestRecoveryMs = 20_000
const recoveryStepMs = 250

/** Injects the failure, asks while it lasts, takes it away, and asks until all is as it was. */
export async function rehearse(
  drill: Drill,
  openedStage: (kind: StageKind) => Promise<Stage>,
  signal: AbortSignal,
): Promise<DrillReport> {
  const { name, pattern, playbook, detectWithinMs, rehearsal } = drill
  const common = { name, pattern, playbook, promisedMs: detectWithinMs }
  if (rehearsal.kind === 'simulated') {
    const outcome = await rehearsal.run(signal)
    const faults = [
      ...late(outcome.detectedMs, detectWithinMs),
      ...(outcome.recoveredMs === undefined ? ['did not recover'] : []),
    ]
    return { ...common, ...outcome, longestSilenceMs: undefined, saidTwice: 0, isSimulated: true, faults }
  }
  const stage = await openedStage(rehearsal.stage)
  const isLasting = rehearsal.stage === 'no-name'
  if (!isLasting) await settled(stage, signal)
  const { turns, detected } = await trouble(stage, rehearsal.inject, signal)
  const recoveredMs = isLasting ? 0 : await settled(stage, signal)
  return {
    ...common,
    detectedMs: detected?.ms,
    detectedAs: detected?.as ?? 'not at all',
    fallback: answeredBy(turns),
    noticed: noticedIn(turns),
    longestSilenceMs: Math.max(...turns.map(({ firstWordsMs }) => firstWordsMs)),
    saidTwice: turns.reduce((sum, { answer }) => sum + saidTwice(answer).length, 0),
    recoveredMs,
    isSimulated: false,
    faults: [
      ...late(detected?.ms, detectWithinMs),
      ...turns.flatMap((turn) => faultsOf(turn, rehearsal.expects)),
      ...(recoveredMs === undefined ? ['did not recover'] : []),
    ],
  }
}

function takenTurn(stage: Stage, signal: AbortSignal): Promise<HeardTurn> {
  return stage.turn?.(signal) ?? heardTurn(stage.ask, signal)
}

interface Detected {
  ms: number
  as: string
}

async function trouble(
  stage: Stage,
  inject: (stage: Stage) => Disposable,
  signal: AbortSignal,
): Promise<{ turns: HeardTurn[]; detected: Detected | undefined }> {
  const before = stage.calls.length
  const loggedBefore = stage.logged.length
  using _ = inject(stage)
  const startedAt = performance.now()
  const turns: HeardTurn[] = []
  let warned: Detected | undefined
  for (let turn = 0; turn < turnsInTrouble; turn++) {
    const heard = await takenTurn(stage, signal)
    turns.push(heard)
    const [as = heard.apology === undefined ? undefined : 'failed turn'] = heard.warnings.map(({ code }) => code)
    if (as !== undefined) warned ??= { ms: performance.now() - startedAt, as }
  }
  const noted = stage.calls.slice(before).find(({ outcome }) => outcome !== 'good' && outcome !== 'stopped')
  const [logged] = stage.logged.slice(loggedBefore)
  warned ??= logged === undefined ? undefined : { ms: logged.at - startedAt, as: logged.sentence }
  if (noted === undefined) return { turns, detected: warned }
  return { turns, detected: { ms: noted.at - startedAt, as: `${noted.provider} ${noted.outcome}` } }
}

/** Asks until the first model answers again without a warning. @returns How long that took; undefined: too long. */
async function settled(stage: Stage, signal: AbortSignal): Promise<number | undefined> {
  const startedAt = performance.now()
  while (performance.now() - startedAt < longestRecoveryMs) {
    const { provider, warnings } = await takenTurn(stage, signal)
    if (provider === 'primary' && warnings.length === 0) return performance.now() - startedAt
    await pause(recoveryStepMs, undefined, { signal })
  }
  return undefined
}

function faultsOf({ provider, apology, answer, firstWordsMs }: HeardTurn, expects: Expectation): string[] {
  const by = { backup: 'backup', documents: 'extractive', primary: 'primary', apology: undefined, local: 'espeak-ng' }[
    expects
  ]
  return [
    ...(firstWordsMs > longestSilenceMs ? [`silent for ${(firstWordsMs / 1000).toFixed(1)} s`] : []),
    ...(apology !== undefined && expects !== 'apology' ? [`no answer: ${apology}`] : []),
    ...(apology === undefined && provider !== by ? [`answered by ${provider ?? 'nobody'} instead of ${by}`] : []),
    ...saidTwice(answer).map((sentence) => `said twice: ${sentence}`),
  ]
}

function late(detectedMs: number | undefined, withinMs: number): string[] {
  if (detectedMs === undefined) return ['not detected']
  return detectedMs > withinMs ? [`detected late, promised within ${withinMs} ms`] : []
}

function answeredBy(turns: readonly HeardTurn[]): string {
  const names = turns.map(({ provider, apology }) => provider ?? (apology === undefined ? 'nobody' : 'an apology'))
  return [...new Set(names)].map((name) => (name === 'extractive' ? 'the documents' : name)).join(', ')
}

function noticedIn(turns: readonly HeardTurn[]): string {
  if (turns.some(({ apology }) => apology !== undefined)) return 'an apology'
  const said = turns.some(({ warnings }) => warnings.length > 0) ? ', and says why' : ''
  return turns.some(({ provider }) => provider === 'extractive') ? `quotes the documents${said}` : `nothing${said}`
}
