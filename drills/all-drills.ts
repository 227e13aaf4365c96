import type { Drill, Expectation } from './drill.ts'
import { recogniserOutage } from './hearing-outage.ts'
import { canariesGoWrong, degraded } from './simulated.ts'
import type { Stage, StageKind } from './stage.ts'
import type { Behaviour } from './unruly-server.ts'
import type { SpeechBehaviour } from './unruly-speech.ts'

const none: Disposable = { [Symbol.dispose]: () => undefined }

function primaryIs(behaviour: Behaviour): (stage: Stage) => Disposable {
  return ({ primary }) => {
    primary.behaviour = behaviour
    return {
      [Symbol.dispose]: () => {
        primary.behaviour = 'well'
      },
    }
  }
}

function embeddingsAre(behaviour: Behaviour): (stage: Stage) => Disposable {
  return ({ embeddings }) => {
    if (embeddings === undefined) return none
    embeddings.behaviour = behaviour
    return {
      [Symbol.dispose]: () => {
        embeddings.behaviour = 'well'
      },
    }
  }
}

interface ModelDrill {
  name: string
  pattern: string
  behaviour: Behaviour
  playbook: string
  detectWithinMs?: number
  stage?: StageKind
  expects?: Expectation
}

function modelDrill(drill: ModelDrill): Drill {
  const { name, pattern, behaviour, playbook, detectWithinMs = 1_000, stage = 'two-models', expects = 'backup' } = drill
  return {
    name,
    pattern,
    playbook,
    detectWithinMs,
    rehearsal: { kind: 'stage', stage, expects, inject: primaryIs(behaviour) },
  }
}

interface SpeechDrill {
  name: string
  pattern: string
  behaviour: SpeechBehaviour
  playbook: string
  stage: StageKind
  detectWithinMs?: number
  expects?: Expectation
}

function speechDrill(drill: SpeechDrill): Drill {
  const { name, pattern, behaviour, playbook, stage, detectWithinMs = 1_000, expects = 'backup' } = drill
  const inject = ({ speech }: Stage): Disposable => {
    if (speech === undefined) return none
    speech.behaviour = behaviour
    return {
      [Symbol.dispose]: () => {
        speech.behaviour = 'well'
      },
    }
  }
  return { name, pattern, playbook, detectWithinMs, rehearsal: { kind: 'stage', stage, expects, inject } }
}

const alone = { stage: 'one-model', expects: 'documents' } as const
/** A late first piece is noticed by asking another beside it; alone, by the deadline of a spoken turn. */
const hedged = 2_500
const inTotal = 7_000

/** Every failure that is rehearsed. */
export const drills: readonly Drill[] = [
  modelDrill({ name: 'llm-down', pattern: 'the model hangs up on us', behaviour: 'down', playbook: 'llm-down' }),
  modelDrill({ name: 'llm-503', pattern: 'the model is overloaded', behaviour: 'error-503', playbook: 'llm-down' }),
  modelDrill({
    name: 'llm-hanging',
    pattern: 'the model takes calls and says nothing',
    behaviour: 'hanging',
    playbook: 'llm-slow',
    detectWithinMs: hedged,
  }),
  modelDrill({
    name: 'llm-slow',
    pattern: 'the first words take 1.7 s',
    behaviour: 'slow',
    playbook: 'llm-slow',
    detectWithinMs: hedged,
  }),
  modelDrill({
    name: 'llm-cut',
    pattern: 'replies break off in mid-sentence',
    behaviour: 'cut',
    playbook: 'llm-cut-off',
  }),
  modelDrill({
    name: 'llm-stalled',
    pattern: 'replies fall silent in mid-sentence',
    behaviour: 'stalled',
    playbook: 'llm-cut-off',
    detectWithinMs: inTotal,
  }),
  modelDrill({
    name: 'llm-429',
    pattern: 'the model asks us to slow down',
    behaviour: 'rate-limited',
    playbook: 'llm-refuses',
  }),
  modelDrill({
    name: 'llm-unauthorized',
    pattern: 'the key was revoked',
    behaviour: 'unauthorized',
    playbook: 'llm-refuses',
  }),
  modelDrill({
    name: 'llm-over-budget',
    pattern: 'the proxy says that its budget is used up',
    behaviour: 'over-budget',
    playbook: 'llm-refuses',
  }),
  modelDrill({ name: 'llm-garbage', pattern: 'replies are no text', behaviour: 'garbage', playbook: 'llm-nonsense' }),
  modelDrill({
    name: 'llm-html',
    pattern: 'a sign-in page answers in place of the model',
    behaviour: 'html',
    playbook: 'llm-nonsense',
  }),
  modelDrill({ name: 'llm-empty', pattern: 'replies are empty', behaviour: 'empty', playbook: 'llm-nonsense' }),
  modelDrill({
    name: 'llm-wrong-language',
    pattern: 'replies come in another language',
    behaviour: 'foreign',
    playbook: 'llm-nonsense',
  }),
  modelDrill({
    name: 'llm-inventing',
    pattern: 'replies say what no source says',
    behaviour: 'inventing',
    playbook: 'llm-worse',
    expects: 'documents',
  }),
  modelDrill({
    name: 'llm-down-alone',
    pattern: 'the only model is down',
    behaviour: 'down',
    playbook: 'llm-down',
    ...alone,
  }),
  modelDrill({
    name: 'llm-hanging-alone',
    pattern: 'the only model says nothing',
    behaviour: 'hanging',
    playbook: 'llm-slow',
    detectWithinMs: hedged,
    ...alone,
  }),
  {
    name: 'llm-slower-3x',
    pattern: 'the model takes three times as long as usual',
    playbook: 'llm-degraded',
    detectWithinMs: 8 * 60_000,
    rehearsal: { kind: 'simulated', run: (signal) => degraded({ slower: () => 3 }, signal) },
  },
  {
    name: 'llm-slower-gradually',
    pattern: 'the model gets slower by 1 % a minute',
    playbook: 'llm-degraded',
    detectWithinMs: 60 * 60_000,
    rehearsal: { kind: 'simulated', run: (signal) => degraded({ slower: (minutes) => 1.01 ** minutes }, signal) },
  },
  {
    name: 'llm-worse',
    pattern: 'answers without ground go from 2 to 10 %',
    playbook: 'llm-worse',
    detectWithinMs: 120 * 60_000,
    rehearsal: { kind: 'simulated', run: (signal) => degraded({ ungrounded: 0.1 }, signal) },
  },
  {
    name: 'llm-wrong-answers',
    pattern: 'half of the questions with known answers go wrong',
    playbook: 'canaries',
    detectWithinMs: 3 * 60 * 60_000,
    rehearsal: { kind: 'simulated', run: canariesGoWrong },
  },
  {
    name: 'dns',
    pattern: "the model's name can't be resolved",
    playbook: 'dns',
    detectWithinMs: 2_500,
    rehearsal: { kind: 'stage', stage: 'no-name', expects: 'backup', inject: () => none },
  },
  {
    name: 'clock-jump',
    pattern: 'the clock is set back by an hour while the model is left alone',
    playbook: 'clock-jump',
    detectWithinMs: 1_000,
    rehearsal: { kind: 'stage', stage: 'two-models', expects: 'backup', inject: clockSetBack },
  },
  {
    name: 'embedder-down',
    pattern: 'no embeddings of questions',
    playbook: 'embedder-down',
    detectWithinMs: 2_500,
    rehearsal: { kind: 'stage', stage: 'embeddings', expects: 'primary', inject: embeddingsAre('down') },
  },
  {
    name: 'store-down',
    pattern: 'the store of passages fails',
    playbook: 'store-down',
    detectWithinMs: 1_000,
    rehearsal: {
      kind: 'stage',
      stage: 'two-models',
      expects: 'apology',
      inject: (stage) => stage.breakStore('passages', new Error('the store is gone')),
    },
  },
  {
    name: 'disk-full',
    pattern: 'nothing more can be written',
    playbook: 'disk-full',
    detectWithinMs: 1_000,
    rehearsal: {
      kind: 'stage',
      stage: 'two-models',
      expects: 'primary',
      inject: (stage) => stage.breakStore('turns', new Error('database or disk is full')),
    },
  },
  ...(
    [
      ['stt-down', 'recognition hangs up on us', 'down', 'stt-down'],
      ['stt-503', 'recognition is overloaded', 'error-503', 'stt-down'],
      ['stt-429', 'recognition has too many conversations', 'rate-limited', 'stt-down'],
      ['stt-cut', 'recognition breaks off in mid-sentence', 'cut', 'stt-down'],
      ['stt-garbage', 'a sign-in page answers in place of recognition', 'garbage', 'stt-down'],
      ['stt-silent', 'recognition hears nothing although somebody speaks', 'silent', 'stt-silent'],
      ['stt-hanging', 'recognition takes audio and says nothing', 'hanging', 'stt-silent'],
      ['stt-slow', 'transcripts take 1.7 s', 'slow', 'stt-silent'],
      ['stt-wrong-language', 'recognition writes another language', 'foreign', 'stt-wrong-language'],
    ] as const
  ).map(([name, pattern, behaviour, playbook]) =>
    speechDrill({
      name,
      pattern,
      behaviour,
      playbook,
      stage: 'ears',
      detectWithinMs: playbook === 'stt-silent' ? hedged : 1_000,
    }),
  ),
  speechDrill({
    name: 'stt-down-alone',
    pattern: 'the only recognition is down',
    behaviour: 'down',
    playbook: 'stt-down',
    stage: 'one-ear',
    expects: 'apology',
  }),
  {
    name: 'stt-outage',
    pattern: 'the only recognition hangs up on twenty talks, and takes nobody for three seconds',
    playbook: 'stt-down',
    detectWithinMs: 1_000,
    rehearsal: { kind: 'simulated', run: recogniserOutage },
  },
  ...(
    [
      ['tts-down', 'the voice hangs up on us', 'down'],
      ['tts-503', 'the voice is overloaded', 'error-503'],
      ['tts-429', 'the voice has too many conversations', 'rate-limited'],
      ['tts-cut', 'the voice breaks off in mid-sentence', 'cut'],
      ['tts-garbage', 'a sign-in page answers in place of the voice', 'garbage'],
      ['tts-silent', 'the voice gives no sound', 'silent'],
      ['tts-hanging', 'the voice takes text and gives nothing', 'hanging'],
      ['tts-slow', 'the first sound takes 1.7 s', 'slow'],
      ['tts-wrong-language', 'the voice reads another language, and skips most of the text', 'foreign'],
    ] as const
  ).map(([name, pattern, behaviour]) =>
    speechDrill({
      name,
      pattern,
      behaviour,
      playbook: behaviour === 'foreign' ? 'tts-wrong-language' : 'tts-down',
      stage: 'voices',
      detectWithinMs: hedged,
    }),
  ),
]

const anHourMs = 3_600_000

/** The time of day jumps once the model has been given up; it stays wrong until the drill is over. */
function clockSetBack(stage: Stage): Disposable {
  const failing = primaryIs('down')(stage)
  const { now } = Date
  Date.now = () => now() - anHourMs
  return {
    [Symbol.dispose]: () => {
      failing[Symbol.dispose]()
      Date.now = now
    },
  }
}
