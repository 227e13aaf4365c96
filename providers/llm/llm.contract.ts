import { expect, it } from 'vitest'
import { LlmError } from './errors.ts'
import { type ReplyScript, says } from './llm.fake.ts'
import type { Llm, LlmMessage, LlmPiece } from './llm.ts'

export interface OpenedLlm extends AsyncDisposable {
  llm: Llm
}

const ongoing = new AbortController().signal
const question: LlmMessage[] = [
  { role: 'system', text: 'Be brief.' },
  { role: 'user', text: 'Redis is down.' },
]
const forever = new Promise<never>(() => {})

async function all(pieces: AsyncIterable<LlmPiece>): Promise<LlmPiece[]> {
  return await Array.fromAsync(pieces)
}

/** What it means to be a language model. `open` gives one that replies by the script. */
export function llmContract(open: (script: ReplyScript) => Promise<OpenedLlm>): void {
  it('passes on what the model says in order, and ends once, with its usage', async () => {
    await using opened = await open(says('Restart ', 'the ', 'primary.'))
    const pieces = await all(opened.llm.reply(question, {}, ongoing))
    expect(pieces.flatMap((piece) => (piece.kind === 'text' ? piece.text : [])).join('')).toBe('Restart the primary.')
    expect(pieces.filter(({ kind }) => kind === 'end')).toHaveLength(1)
    expect(pieces.at(-1)).toMatchObject({
      kind: 'end',
      reason: 'stop',
      model: opened.llm.id,
      usage: { inputTokens: 11, outputTokens: 7 },
    })
  })

  it('hands over a tool call whole', async () => {
    const call = { id: 'call-1', name: 'search', arguments: '{"query":"redis"}' }
    await using opened = await open(says({ call }))
    const tools = [{ name: 'search', description: 'Searches.', parameters: { type: 'object', properties: {} } }]
    const pieces = await all(opened.llm.reply(question, { tools }, ongoing))
    expect(pieces[0]).toEqual({ kind: 'tool-call', call })
    expect(pieces.at(-1)).toMatchObject({ kind: 'end', reason: 'tool-calls' })
  })

  it('says when the reply was cut at the limit', async () => {
    await using opened = await open(says('Restart', { endReason: 'length' }))
    expect((await all(opened.llm.reply(question, {}, ongoing))).at(-1)).toMatchObject({ reason: 'length' })
  })

  it('fails when the model breaks off, after passing on what came before', async () => {
    await using opened = await open(async function* () {
      yield 'Restart '
      await new Promise((resolve) => setTimeout(resolve, 20))
      yield { breakOff: true }
    })
    const pieces = opened.llm.reply(question, {}, ongoing)[Symbol.asyncIterator]()
    expect(await pieces.next()).toMatchObject({ value: { kind: 'text', text: 'Restart ' } })
    await expect(pieces.next()).rejects.toMatchObject({ name: 'LlmError', fault: 'broken-off' })
  })

  it('fails when the model refuses', async () => {
    await using opened = await open(says({ status: 401 }))
    await expect(all(opened.llm.reply(question, {}, ongoing))).rejects.toSatisfy(
      (error) => error instanceof LlmError && error.fault === 'unauthorized' && !error.retryable,
    )
  })

  it('stops with the reason given when it is interrupted', async () => {
    await using opened = await open(async function* () {
      yield 'Restart '
      await forever
    })
    const interrupt = new AbortController()
    const pieces = opened.llm.reply(question, {}, interrupt.signal)[Symbol.asyncIterator]()
    await pieces.next()
    interrupt.abort(new Error('barge-in'))
    await expect(pieces.next()).rejects.toThrow('barge-in')
  })
}
