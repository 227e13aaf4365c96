import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fixedClock } from '#runtime/clock.ts'
import { boardContract } from '../board.contract.ts'
import { SqliteBoard } from './sqlite-board.ts'

const ongoing = new AbortController().signal

function inFolder(clock = fixedClock('2026-06-01T00:00:00Z')) {
  const folder = mkdtempSync(join(tmpdir(), 'nightdesk-board-'))
  return {
    open: async () => new SqliteBoard({ path: join(folder, 'board.db'), clock }),
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true }),
  }
}

describe('SqliteBoard', () => {
  boardContract(async () => inFolder())

  it('forgets figures in time, and values never', async () => {
    const clock = fixedClock('2026-06-01T00:00:00Z')
    await using folder = inFolder(clock)
    await using board = await folder.open()
    await board.put('orders', 'llm primary', 'pin', ongoing)
    await board.add('monday', new Map([['alice', 1]]), 1000, ongoing)
    clock.advance(5000)
    await board.add('tuesday', new Map([['alice', 1]]), 1000, ongoing)
    expect([...(await board.read('monday', ongoing))]).toEqual([])
    expect([...(await board.read('orders', ongoing))]).toEqual([['llm primary', 'pin']])
  })
})
