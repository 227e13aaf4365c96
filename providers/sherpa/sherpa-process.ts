import { z } from 'zod'
import { reasonOf } from '#runtime/errors.ts'
import { recognitionModel, voiceModel } from './model-files.ts'
import type { SherpaAnswer, SherpaAsk, SherpaStart } from './wire.ts'

/**
 * Runs one model in a process of its own: it would keep the main thread for as long as it computes, and a model that it
 * can't read ends the whole process.
 */
const { modulePath, task, folder } = z
  .object({ modulePath: z.string(), task: z.enum(['hear', 'say']), folder: z.string() })
  .parse(JSON.parse(process.argv[2] ?? '{}')) satisfies SherpaStart

interface Recogniser {
  createStream(): { acceptWaveform(wave: { samples: Float32Array; sampleRate: number }): void }
  decode(stream: object): void
  getResult(stream: object): unknown
}
interface Voice {
  generate(asked: { text: string; sid: number; speed: number }): unknown
}
interface Sherpa {
  OfflineRecognizer: new (config: object) => Recogniser
  OfflineTts: new (config: object) => Voice
}

const Heard = z.object({ text: z.string() })
const Said = z.object({ samples: z.instanceof(Float32Array), sampleRate: z.number().positive() })
/** A conversation has to have some of the machine left. */
const running = { numThreads: 1, provider: 'cpu', debug: 0 }

let opening: Promise<{ recogniser?: Recogniser; voice?: Voice }> | undefined

async function opened(): Promise<{ recogniser?: Recogniser; voice?: Voice }> {
  const loaded: { default?: Sherpa } & Partial<Sherpa> = await import(modulePath)
  const { OfflineRecognizer = loaded.default?.OfflineRecognizer, OfflineTts = loaded.default?.OfflineTts } = loaded
  if (OfflineRecognizer === undefined || OfflineTts === undefined) throw new Error(`${modulePath} is no sherpa-onnx`)
  if (task === 'say')
    return { voice: new OfflineTts({ model: { ...voiceModel(folder), ...running }, maxNumSentences: 1 }) }
  const modelConfig = { ...recognitionModel(folder), ...running }
  return { recogniser: new OfflineRecognizer({ featConfig: { sampleRate: 16_000, featureDim: 80 }, modelConfig }) }
}

async function answer(ask: SherpaAsk): Promise<SherpaAnswer> {
  const { id } = ask
  let models: { recogniser?: Recogniser; voice?: Voice }
  try {
    opening ??= opened()
    models = await opening
  } catch (error) {
    return { id, kind: 'failed', reason: reasonOf(error), fatal: true }
  }
  try {
    if (ask.kind === 'say') {
      const said = Said.parse(models.voice?.generate({ text: ask.text, sid: 0, speed: ask.speed }))
      return { id, kind: 'said', samples: Float32Array.from(said.samples), sampleRate: said.sampleRate }
    }
    const { recogniser } = models
    if (recogniser === undefined) throw new Error('no recogniser')
    const stream = recogniser.createStream()
    stream.acceptWaveform({ samples: ask.samples, sampleRate: ask.sampleRate })
    recogniser.decode(stream)
    return { id, kind: 'heard', text: Heard.parse(recogniser.getResult(stream)).text }
  } catch (error) {
    return { id, kind: 'failed', reason: reasonOf(error), fatal: false }
  }
}

let turn: Promise<void> = Promise.resolve()
process.on('message', (ask: SherpaAsk) => {
  turn = turn.then(async () => void process.send?.(await answer(ask)))
})
process.on('disconnect', () => process.exit(0))
