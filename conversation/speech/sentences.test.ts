import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SentenceCutter, sentences, sentencesIn } from './sentences.ts'

const trimmed = (text: string) => sentencesIn(text).map((sentence) => sentence.trim())

describe('sentencesIn', () => {
  it.each([
    ['two sentences', 'Restart it. Then wait.', ['Restart it.', 'Then wait.']],
    ['questions and exclamations', 'Really? Yes! Go.', ['Really?', 'Yes!', 'Go.']],
    [
      'abbreviations',
      'Use a tool, e.g. Helm or i.e. Kustomize, vs. scripts. Done.',
      ['Use a tool, e.g. Helm or i.e. Kustomize, vs. scripts.', 'Done.'],
    ],
    ['an abbreviation before a capital', 'It takes approx. Two minutes.', ['It takes approx. Two minutes.']],
    [
      'decimals and versions',
      'Upgrade to 1.28.3 now. It is 99.9 percent safe.',
      ['Upgrade to 1.28.3 now.', 'It is 99.9 percent safe.'],
    ],
    [
      'addresses and files',
      'Open 10.0.0.1 or values.yaml first. Next.',
      ['Open 10.0.0.1 or values.yaml first.', 'Next.'],
    ],
    [
      'code with stops in it',
      'Run `echo "Hi. There." && ls` now. Then stop.',
      ['Run `echo "Hi. There." && ls` now.', 'Then stop.'],
    ],
    ['an initial', 'Ask J. Smith about it. He knows.', ['Ask J. Smith about it.', 'He knows.']],
    [
      'citations after the stop',
      'Restart it. [1] Then wait. [2, 3] Done.',
      ['Restart it. [1]', 'Then wait. [2, 3]', 'Done.'],
    ],
    ['citations before the stop', 'Restart it [1]. Then wait [2].', ['Restart it [1].', 'Then wait [2].']],
    [
      'quotes and parentheses',
      'He said "stop." Then left. (Really.) Fine.',
      ['He said "stop."', 'Then left.', '(Really.)', 'Fine.'],
    ],
    ['a stop before small letters', 'Set foo. bar to 1. Then go.', ['Set foo. bar to 1.', 'Then go.']],
    [
      'lists',
      'Do this:\n1. Drain the node.\n2. Reboot\n- wait\n\nThen check.',
      ['Do this:', '1. Drain the node.', '2. Reboot', '- wait', 'Then check.'],
    ],
    [
      'headings',
      '## Failover\nPromote the replica. Then check.',
      ['## Failover', 'Promote the replica.', 'Then check.'],
    ],
    ['blocks of code', 'Run:\n```sh\nls. Then\n\ncd x\n```\nDone.', ['Run:', '```sh\nls. Then\n\ncd x\n```', 'Done.']],
    ['a block that is never closed', 'Run:\n```\nls. Then', ['Run:', '```\nls. Then']],
    [
      'tables',
      'See:\n| a. B | b |\n|---|---|\n| c | d |\nDone.',
      ['See:', '| a. B | b |\n|---|---|\n| c | d |', 'Done.'],
    ],
    ['lines of a paragraph', 'One line\ngoes on. And ends.', ['One line\ngoes on.', 'And ends.']],
    [
      'Japanese',
      '再起動します。次に確認します！終わりですか？はい',
      ['再起動します。', '次に確認します！', '終わりですか？', 'はい'],
    ],
    ['Japanese quotes', '「停止。確認。」と言います。次へ。', ['「停止。確認。」と言います。', '次へ。']],
    ['Japanese with citations', '再起動します。[1] 次へ。[2]', ['再起動します。[1]', '次へ。[2]']],
    ['Japanese with versions', 'v1.2.3を使います。10.0.0.1です。', ['v1.2.3を使います。', '10.0.0.1です。']],
    ['nothing', ' \n ', []],
  ])('cuts %s', (_, text, expected) => {
    expect(trimmed(text)).toEqual(expected)
  })

  it('cuts a sentence that goes on and on, where it pauses', () => {
    const long = `${'first we look at this thing, '.repeat(30)}and end.`
    const parts = sentencesIn(long)
    expect(parts.join('')).toBe(long)
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(330)
    expect(parts.slice(0, -1).every((part) => /,\s*$/.test(part))).toBe(true)
  })
})

describe('SentenceCutter', () => {
  it('gives a sentence as soon as it is certain to be one', () => {
    const cutter = new SentenceCutter()
    expect(cutter.push('Restart it.')).toEqual([])
    expect(cutter.push(' ')).toEqual([])
    expect(cutter.push('T')).toEqual(['Restart it. '])
    expect(cutter.push('hen 再起動します。')).toEqual(['Then 再起動します。'])
    expect(cutter.rest()).toEqual([])
  })

  it('waits for what may make another thing of it', () => {
    const cutter = new SentenceCutter()
    expect(cutter.push('It is v1.')).toEqual([])
    expect(cutter.push('2. [')).toEqual([])
    expect(cutter.push('1] Then')).toEqual(['It is v1.2. [1] '])
  })

  it('cuts in the same places however the text comes, and loses nothing', () => {
    const bits = fc.constantFrom(
      'Run it. ',
      'e.g. ',
      '`a. B` ',
      '再起動。',
      '「はい。」と ',
      '\n',
      '\n\n',
      '1. ',
      '- x',
      '\n```\nc. D\n```\n',
      '[1] ',
      'v1.2 ',
      '`',
      '「',
      'Go! ',
    )
    fc.assert(
      fc.property(
        fc.array(bits, { maxLength: 25 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
        (parts, lengths) => {
          const text = parts.join('')
          const cutter = new SentenceCutter()
          const cut: string[] = []
          for (let at = 0; at < text.length; ) {
            const length = lengths.next().value ?? 1
            cut.push(...cutter.push(text.slice(at, at + length)))
            at += length
          }
          cut.push(...cutter.rest())
          // A Japanese sentence isn't held back for a citation that may follow it.
          const uncited = (all: string[]) =>
            all.map((one) => one.replace(/\[1\]\s*/g, '').trim()).filter((one) => one !== '')
          expect(uncited(cut)).toEqual(uncited(trimmed(text)))
          const bare = (sentence: string) => sentence.replace(/\s+/g, '')
          expect(bare(cut.join(''))).toBe(bare(text))
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('sentences', () => {
  it('gives them while the text is coming, and stops when told to', async () => {
    const stop = new AbortController()
    async function* text() {
      yield 'One. Two'
      yield '. Three.'
    }
    expect(await Array.fromAsync(sentences(text(), stop.signal))).toEqual(['One. ', 'Two. ', 'Three.'])
    stop.abort(new Error('barge-in'))
    await expect(Array.fromAsync(sentences(text(), stop.signal))).rejects.toThrow('barge-in')
  })
})
