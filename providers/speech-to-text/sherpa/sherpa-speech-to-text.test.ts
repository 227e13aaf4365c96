import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { audible } from '../openai-compatible/openai-transcriptions.fake.ts'
import { inputs, silence } from '../speech-to-text.contract.ts'
import { sherpaSpeechToText } from './sherpa-speech-to-text.ts'

const ongoing = new AbortController().signal
const modulePath = join(import.meta.dirname, '../../sherpa/sherpa-module.fake.ts')
const folder = mkdtempSync(join(tmpdir(), 'nightdesk-sherpa-'))
for (const name of ['model.int8.onnx', 'tokens.txt']) writeFileSync(join(folder, name), '')
afterAll(() => rmSync(folder, { recursive: true }))

const options = { sampleRate: 16_000, lang: 'en', endOfTurnSilenceMs: 300 } as const
const speech = () => audible(inputs(silence(2000)), [{ text: '-', fromMs: 200, toMs: 1200 }], 16_000)

// No model ships with us, so this shows what we do around it; what it means to hear recordings is the contract's business
// where a server's answers can be scripted (`openai-compatible`), which shares all but the transcriber.
it('hears what a model on this machine hears', async () => {
  const events = await Array.fromAsync(sherpaSpeechToText({ folder, modulePath }).hear(speech(), options, ongoing))
  expect(events.at(-1)).toMatchObject({ kind: 'end-of-turn', transcript: { text: 'restart the redis primary' } })
})

it('says what is missing, and is not ended by a model that the package cannot read', async () => {
  for (const ear of [
    sherpaSpeechToText({ folder: join(folder, 'none'), modulePath }),
    sherpaSpeechToText({ folder }),
  ]) {
    const failing = Array.fromAsync(ear.hear(speech(), options, ongoing))
    await expect(failing).rejects.toMatchObject({ name: 'SpeechToTextError', fault: 'rejected' })
  }
})
