import { describe, expect, it } from 'vitest'
import { withDeadlines } from './deadlines.ts'
import { llmContract } from './llm.contract.ts'
import { ScriptedLlm } from './llm.fake.ts'
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

  it('is given up when it falls silent, but not while nobody takes what it says', async () => {
    const halting = new ScriptedLlm(async function* () {
      yield 'Restart '
      yield 'Redis.'
      await forever
    })
    const reply = withDeadlines(halting, { ...generous, betweenPiecesMs: 30 }).reply([], {}, ongoing)
    expect(await reply[Symbol.asyncIterator]().next()).toMatchObject({ done: false })
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(await reply[Symbol.asyncIterator]().next()).toMatchObject({ value: { text: 'Redis.' } })
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
