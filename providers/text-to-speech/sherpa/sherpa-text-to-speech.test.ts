import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { pieces, said, textToSpeechContract } from '../text-to-speech.contract.ts'
import { SherpaTextToSpeech } from './sherpa-text-to-speech.ts'

const ongoing = new AbortController().signal
const modulePath = join(import.meta.dirname, '../../sherpa/sherpa-module.fake.ts')
const folder = mkdtempSync(join(tmpdir(), 'nightdesk-sherpa-'))
for (const name of ['voice.onnx', 'tokens.txt']) writeFileSync(join(folder, name), '')
afterAll(() => rmSync(folder, { recursive: true }))

// No model ships with us, so this shows what we do around it, not how it sounds.
describe('a voice of sherpa-onnx', () => {
  textToSpeechContract(async () => new SherpaTextToSpeech({ folder, modulePath }))

  it('says what is missing where there is no model', async () => {
    await using voice = new SherpaTextToSpeech({ folder: join(folder, 'none'), modulePath })
    const failing = said(voice.say(pieces(['Restart it.']), { lang: 'en' }, ongoing), voice.sampleRate)
    await expect(failing).rejects.toMatchObject({
      fault: 'not-installed',
      userMessage: expect.stringContaining('tokens.txt'),
    })
  })

  it('says so where the package itself refuses a model', async () => {
    await using voice = new SherpaTextToSpeech({ folder })
    const failing = said(voice.say(pieces(['Restart it.']), { lang: 'en' }, ongoing), voice.sampleRate)
    await expect(failing).rejects.toMatchObject({ name: 'TextToSpeechError' })
  })
})
