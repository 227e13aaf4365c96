import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { Conversation } from '#conversation/conversation.ts'
import type { ConversationOptions } from '#conversation/conversation-options.ts'
import type { ConversationEvent, ConversationInput } from '#conversation/events.ts'
import { readRecording } from '#conversation/recorded-entries.ts'
import { written } from '#conversation/recorded-values.ts'
import { type Record, recordedInputs, recordedParts } from '#conversation/recording.ts'
import { replay } from '#conversation/replay.ts'
import { shippedLexicon } from '#conversation/speech/lexicon.ts'
import type { Answer } from '#knowledge/answer.ts'
import { inRealTime, realPace } from '#providers/audio/pacing.ts'
import { durationMs, framesOf, joined } from '#providers/audio/pcm.ts'
import { readWav, soundOf, writeWav } from '#providers/audio/wav.ts'
import { ConfigError, OpsError, reasonOf } from '#runtime/errors.ts'
import { answerToWire } from '#server/wire.ts'
import { hasRecogniser, openSpeech } from '../compose/speech.ts'
import { openNightdesk } from '../compose.ts'
import type { Invocation } from '../invocation.ts'
import { ensureLoaded } from '../load.ts'
import { writeJson, writeLine } from '../output.ts'
import { principalNamed } from '../principals.ts'

export interface TalkOptions {
  wav?: string
  text?: string
  out?: string
  lang?: 'en' | 'ja'
  principal?: string
  conversation?: string
  record?: string
  replay?: string
}

/** A turn that could not be answered, in the words that the listener heard. */
class TalkFailedError extends OpsError {
  override readonly name = 'TalkFailedError'
  readonly code = 'talk_failed'
  readonly retryable = true
  readonly userMessage: string
  constructor(apology: string) {
    super('The turn ended in an apology')
    this.userMessage = apology
  }
}

/** The recording is of other events than these. */
class ReplayDiffersError extends OpsError {
  override readonly name = 'ReplayDiffersError'
  readonly code = 'replay_differs'
  readonly retryable = false
  readonly userMessage: string
  constructor({ at, recorded, replayed }: { at: number; recorded: string; replayed: string }) {
    super('The replay differs from the recording')
    this.userMessage = `event ${at + 1} of the replay differs from the recording.\n  recorded: ${recorded.slice(0, 500)}\n  replayed: ${replayed.slice(0, 500)}`
  }
}

const frameMs = 20
/** What speech recognisers are made for. */
const heardRate = 16_000

/** One spoken turn, without a microphone: speech comes from a file, or text in its place; the answer is said into another. */
export async function talkCommand(invocation: Invocation, options: TalkOptions): Promise<void> {
  if (options.replay !== undefined) return await replayCommand(invocation, options.replay)
  if ((options.wav === undefined) === (options.text === undefined)) {
    throw new ConfigError('  talk: needs either --wav FILE with speech, or --text "…" in its place')
  }
  const { config, signal } = invocation
  const principal = principalNamed(config.settings, options.principal)
  if (options.wav !== undefined && !hasRecogniser(config)) {
    throw new ConfigError(
      '  DEEPGRAM_API_KEY: must be set to hear speech; without it, give what would be said: nightdesk talk --text "…" --out FILE.wav',
    )
  }
  const inputs = await inputsOf(options, signal)
  await using nightdesk = await openNightdesk(invocation)
  await using speech = await openSpeech(config, nightdesk.providers)
  await ensureLoaded(invocation, nightdesk)
  // Names are put right from the first word on.
  if (options.wav !== undefined) await nightdesk.names.ready(principal, signal)
  const how: ConversationOptions = {
    principal,
    mode: 'spoken',
    lang: options.lang,
    conversationId: options.conversation,
  }
  await using recorder = await openRecorder(options.record)
  const { record } = recorder
  record({
    kind: 'talk',
    version: 2,
    options: how,
    voiceRate: speech.toSpeech?.sampleRate,
    model: nightdesk.conversation.llm?.id,
  })
  const parts = { ...nightdesk.conversation, speech }
  const recording = options.record !== undefined
  const conversation = new Conversation(recording ? recordedParts(parts, record) : parts, how)
  const heard = new Heard()
  const taken = recording ? recordedInputs(inputs, record) : inputs
  for await (const event of conversation.turns(taken, signal)) {
    record({ kind: 'out', event })
    heard.take(event)
    tell(invocation, event)
  }
  await report(invocation, heard, options)
}

async function inputsOf({ wav, text }: TalkOptions, signal: AbortSignal): Promise<AsyncIterable<ConversationInput>> {
  if (wav === undefined) return typed(text ?? '')
  const bytes = await readFile(wav).catch((cause: unknown) => {
    throw new ConfigError(`  --wav: ${wav} can't be read (${reasonOf(cause)})`, { cause })
  })
  readWav(bytes)
  return spokenInto(soundOf(bytes, heardRate), signal)
}

async function* typed(text: string): AsyncGenerator<ConversationInput> {
  yield { kind: 'text', text }
}

/** As a microphone would hear it; then the speaker is done. */
async function* spokenInto(sound: Int16Array, signal: AbortSignal): AsyncGenerator<ConversationInput> {
  for await (const samples of inRealTime(framesOf(sound, heardRate, frameMs), heardRate, realPace, signal)) {
    yield { kind: 'audio', samples, sampleRate: heardRate }
  }
  yield { kind: 'speech-end' }
}

/** What a listener has of it. */
class Heard {
  readonly #sound: Int16Array[] = []
  sampleRate = heardRate
  readonly answers: Answer[] = []
  readonly asked: string[] = []
  apology: string | undefined

  take(event: ConversationEvent): void {
    if (event.kind === 'turn') this.asked.push(event.text)
    if (event.kind === 'audio') {
      this.#sound.push(event.samples)
      this.sampleRate = event.sampleRate
    }
    if (event.kind === 'done') this.answers.push(event.answer)
    if (event.kind === 'apology') this.apology = event.text
  }

  get sound(): Int16Array {
    return joined(this.#sound)
  }
}

async function report({ output }: Invocation, heard: Heard, { out }: TalkOptions): Promise<void> {
  if (out !== undefined) await writeFile(out, writeWav(heard.sound, heard.sampleRate))
  const answer = heard.answers.at(-1)
  if (answer === undefined) throw new TalkFailedError(heard.apology ?? 'Nothing was said that could be answered.')
  const seconds = durationMs(heard.sound.length, heard.sampleRate) / 1000
  if (output.json)
    writeJson(output, { heard: heard.asked, answers: heard.answers.map(answerToWire), speech_seconds: seconds })
  else {
    writeLine(output, answer.answer)
    if (out !== undefined) writeLine(output, `\n${seconds.toFixed(1)} s of speech in ${out}`)
  }
}

/** One line an event; sound is only counted. */
function tell({ output }: Invocation, event: ConversationEvent): void {
  if (event.kind === 'audio') {
    const ms = Math.round(durationMs(event.samples.length, event.sampleRate))
    output.err.write(`${JSON.stringify({ kind: 'audio', turn: event.turn, ms, words: event.words })}\n`)
  } else output.err.write(`${JSON.stringify(event)}\n`)
}

async function openRecorder(file: string | undefined): Promise<{ record: Record } & AsyncDisposable> {
  if (file === undefined) return { record: () => undefined, [Symbol.asyncDispose]: async () => {} }
  const stream = createWriteStream(file)
  await once(stream, 'open')
  return {
    record: (entry) => void stream.write(`${written(entry)}\n`),
    async [Symbol.asyncDispose]() {
      stream.end()
      await once(stream, 'close')
    },
  }
}

async function replayCommand(invocation: Invocation, file: string): Promise<void> {
  const { output, log, signal } = invocation
  const lines = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ConfigError(`  --replay: ${file} can't be read (${reasonOf(cause)})`, { cause })
  })
  const { events, difference } = await replay(readRecording(lines), { lexicon: shippedLexicon(), log }, signal)
  for (const event of events) tell(invocation, event)
  if (difference !== undefined) throw new ReplayDiffersError(difference)
  if (output.json) writeJson(output, { events: events.length, same: true })
  else writeLine(output, `${events.length} events, all as recorded.`)
}
