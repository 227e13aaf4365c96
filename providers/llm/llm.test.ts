import { describe, expect, it } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import { withDeadlines } from './deadlines.ts'
import { firstThatReplies } from './fallback.ts'
import { llmContract } from './llm.contract.ts'
import { ScriptedLlm, says } from './llm.fake.ts'
import type { LlmPiece } from './llm.ts'

const ongoing = new AbortController().signal
const forever = new Promise<never>(() => {})
const generous = { firstPieceMs: 5000, totalMs: 5000 }

async function textOf(pieces: AsyncIterable<LlmPiece>): Promise<string> {
  let text = ''
  for await (const piece of pieces) if (piece.kind === 'text') text += piece.text
  return text
}

describe('ScriptedLlm', () => {
  llmContract(async (script) => ({ llm: new ScriptedLlm(script), [Symbol.asyncDispose]: async () => {} }))
})

describe('a model with deadlines', () => {
  llmContract(async (script) => ({
    llm: withDeadlines(new ScriptedLlm(script), generous),
    [Symbol.asyncDispose]: async () => {},
  }))

  it('is given up when it says nothing', async () => {
    const silent = new ScriptedLlm(async function* () {
      yield await forever
    })
    const reply = withDeadlines(silent, { firstPieceMs: 5, totalMs: 5000 }).reply([], {}, ongoing)
    await expect(textOf(reply)).rejects.toMatchObject({ fault: 'too-slow' })
  })

  it('is given up when it does not come to an end', async () => {
    const endless = new ScriptedLlm(async function* () {
      yield 'Restart '
      await forever
    })
    const reply = withDeadlines(endless, { firstPieceMs: 5000, totalMs: 30 }).reply([], {}, ongoing)
    await expect(textOf(reply)).rejects.toMatchObject({ fault: 'too-slow' })
  })
})

describe('models with fallbacks', () => {
  llmContract(async (script) => ({
    llm: firstThatReplies([new ScriptedLlm(script)], silentLog),
    [Symbol.asyncDispose]: async () => {},
  }))

  it('asks the next one when the first cannot be reached', async () => {
    const llm = firstThatReplies(
      [new ScriptedLlm(says({ status: 503 }), 'one'), new ScriptedLlm(says('Hello.'), 'two')],
      silentLog,
    )
    const pieces = await Array.fromAsync(llm.reply([], {}, ongoing))
    expect(pieces[0]).toEqual({ kind: 'text', text: 'Hello.' })
    expect(pieces.at(-1)).toMatchObject({ kind: 'end', model: 'two' })
  })

  it('does not say anything twice when one breaks off', async () => {
    const second = new ScriptedLlm(says('Hello again.'))
    const llm = firstThatReplies([new ScriptedLlm(says('Hello.', { breakOff: true })), second], silentLog)
    await expect(textOf(llm.reply([], {}, ongoing))).rejects.toMatchObject({ fault: 'broken-off' })
    expect(second.heard).toEqual([])
  })
})
