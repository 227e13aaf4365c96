import fc from 'fast-check'
import { expect, it } from 'vitest'
import { statements } from './statements.ts'

async function cut(reply: string, pieceLength = 7): Promise<string[]> {
  async function* pieces() {
    for (let at = 0; at < reply.length; at += pieceLength) yield reply.slice(at, at + pieceLength)
  }
  const found: string[] = []
  for await (const { text } of statements(pieces())) found.push(text)
  return found
}

const reply = [
  'Restart the primary. [1] Then wait 5 s. [1][2]',
  '',
  '1. Stop it. It takes a minute. [1]',
  '2. Start it:',
  '```sh',
  'systemctl start redis',
  '# done. [9]',
  '```',
  '[2]',
  '',
  '再起動します。[1]次に確認します。[2]',
].join('\n')

it('cuts a reply into sentences, items and code with what introduces it, each with its citations', async () => {
  expect(await cut(reply)).toEqual([
    'Restart the primary. [1]',
    'Then wait 5 s. [1][2]',
    '1. Stop it. It takes a minute. [1]',
    '2. Start it:\n\n```sh\nsystemctl start redis\n# done. [9]\n```\n[2]',
    '再起動します。 [1]',
    '次に確認します。 [2]',
  ])
})

it('cuts the same wherever the pieces break', async () => {
  const whole = await cut(reply, reply.length)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (length) => {
      expect(await cut(reply, length)).toEqual(whole)
    }),
    { numRuns: 40 },
  )
})

it('passes a sentence on as soon as the next one begins', async () => {
  const heard: string[] = []
  async function* pieces() {
    yield 'Restart it. [1] Th'
    heard.push('asked for more')
    yield 'en wait. [1]'
  }
  for await (const { text } of statements(pieces())) heard.push(text)
  expect(heard).toEqual(['Restart it. [1]', 'asked for more', 'Then wait. [1]'])
})
