import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pieces, said, textToSpeechContract } from '../text-to-speech.contract.ts'
import { espeakMarkup } from './espeak-text.ts'
import { EspeakTextToSpeech } from './espeak-text-to-speech.ts'

const ongoing = new AbortController().signal

function isInstalled(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`])
    return true
  } catch {
    return false
  }
}

/** A program of our own in its place. */
function script(lines: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'nightdesk-espeak-')), 'program')
  writeFileSync(path, `#!/bin/sh\n${lines}\n`)
  chmodSync(path, 0o755)
  return path
}

describe.skipIf(!isInstalled('espeak-ng'))('EspeakTextToSpeech, where espeak-ng is installed', () => {
  textToSpeechContract(async () => new EspeakTextToSpeech())

  it('speaks slower when asked to', async () => {
    await using voice = new EspeakTextToSpeech({ sampleRate: 16_000 })
    const of = async (speed: number) => {
      const audio = voice.say(
        pieces(['Check the replication lag before anything else.']),
        { lang: 'en', speed },
        ongoing,
      )
      return (await said(audio, voice.sampleRate)).ms
    }
    expect(await of(0.7)).toBeGreaterThan((await of(1)) * 1.25)
  })

  it('keeps the words as they are written, though kanji are read as kana', async () => {
    await using voice = new EspeakTextToSpeech({ kakasi: script(`sed 's/再起動/さいきどう/'`) })
    const of = (text: string) => said(voice.say(pieces([text]), { lang: 'ja' }, ongoing), voice.sampleRate)
    const [kanji, kana] = [await of('再起動します。'), await of('さいきどうします。')]
    expect(kanji.words.map(({ text }) => text).join('')).toBe('再起動します。')
    expect(kanji.ms).toBeCloseTo(kana.ms, 0)
  })

  it('leaves kanji out that the dictionary does not know, instead of naming each one', async () => {
    await using voice = new EspeakTextToSpeech({ kakasi: script('cat') })
    const { ms } = await said(voice.say(pieces(['本番機再起動手順確認します。']), { lang: 'ja' }, ongoing), 24_000)
    expect(ms).toBeLessThan(2500)
    expect(ms).toBeGreaterThan(300)
  })

  it('names the package where nothing can read kanji, and needs none for kana', async () => {
    await using voice = new EspeakTextToSpeech({ kakasi: '/nowhere/kakasi' })
    const of = (text: string) => said(voice.say(pieces([text]), { lang: 'ja' }, ongoing), voice.sampleRate)
    await expect(of('再起動します。')).rejects.toMatchObject({
      fault: 'not-installed',
      userMessage: expect.stringContaining('apt install kakasi'),
    })
    expect((await of('3ふんまちます。')).ms).toBeGreaterThan(500)
  })

  it('fails where it has no such voice', async () => {
    await using voice = new EspeakTextToSpeech()
    const audio = voice.say(pieces(['Hello.']), { lang: 'en', voice: 'xx-nobody' }, ongoing)
    await expect(said(audio, voice.sampleRate)).rejects.toMatchObject({ name: 'TextToSpeechError' })
  })
})

describe('EspeakTextToSpeech', () => {
  it('names the package where the program is missing', async () => {
    await using voice = new EspeakTextToSpeech({ program: '/nowhere/espeak-ng' })
    await expect(said(voice.say(pieces(['Hello.']), { lang: 'en' }, ongoing), 24_000)).rejects.toMatchObject({
      fault: 'not-installed',
      retryable: false,
      userMessage: expect.stringContaining('apt install espeak-ng'),
    })
  })

  it('kills the program when interrupted', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nightdesk-espeak-'))
    const program = script(`echo $$ > ${folder}/pid; exec sleep 60`)
    await using voice = new EspeakTextToSpeech({ program })
    const interrupt = new AbortController()
    const audio = said(voice.say(pieces(['Hello.']), { lang: 'en' }, interrupt.signal), 24_000)
    const pid = async () => Number(execFileSync('cat', [`${folder}/pid`], { encoding: 'utf8', stdio: 'pipe' }))
    await expect.poll(pid).toBeGreaterThan(0)
    interrupt.abort(new Error('barge-in'))
    await expect(audio).rejects.toThrow('barge-in')
    const running = await pid()
    await expect.poll(() => isRunning(running)).toBe(false)
  })

  it('says why the program failed', async () => {
    await using voice = new EspeakTextToSpeech({ program: script('echo no sound card >&2; exit 3') })
    await expect(said(voice.say(pieces(['Hello.']), { lang: 'en' }, ongoing), 24_000)).rejects.toMatchObject({
      fault: 'broken-off',
      cause: { message: 'ended with 3: no sound card' },
    })
  })
})

describe('espeakMarkup', () => {
  it('lets no text become markup or phonemes', () => {
    expect(espeakMarkup('if a < b && [[ -f x ]]', 'en', 'en-us')).toBe('if a &lt; b &amp;&amp; [ [ -f x ]]')
  })

  it('has English words within Japanese said by the English voice, and acronyms by the Japanese one', () => {
    expect(espeakMarkup('CPUは rollout status で', 'ja', 'en-us')).toBe(
      'CPUは <voice xml:lang="en-us">rollout status</voice> で',
    )
  })
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
