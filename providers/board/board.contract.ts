import { expect, it } from 'vitest'
import type { Board } from './board.ts'

const ongoing = new AbortController().signal
const hourMs = 3_600_000

export interface OpenedBoard extends AsyncDisposable {
  /** The same board, as another process would have it. */
  open: () => Promise<Board>
}

/** What it means to be a board. */
export function boardContract(open: () => Promise<OpenedBoard>): void {
  it('adds up what all processes add', async () => {
    await using opened = await open()
    await using one = await opened.open()
    await using other = await opened.open()
    await one.add(
      'spent',
      new Map([
        ['alice', 0.25],
        ['bob', 1],
      ]),
      hourMs,
      ongoing,
    )
    await other.add('spent', new Map([['alice', 0.5]]), hourMs, ongoing)
    const read = new Map([...(await one.read('spent', ongoing))].map(([name, value]) => [name, Number(value)]))
    expect(read).toEqual(
      new Map([
        ['alice', 0.75],
        ['bob', 1],
      ]),
    )
  })

  it('loses nothing of what is added at once', async () => {
    await using opened = await open()
    await using one = await opened.open()
    await using other = await opened.open()
    await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        (at % 2 === 0 ? one : other).add('spent', new Map([['alice', 1]]), hourMs, ongoing),
      ),
    )
    expect(Number((await other.read('spent', ongoing)).get('alice'))).toBe(20)
  })

  it('shows the newest value to every process, and none that was taken away', async () => {
    await using opened = await open()
    await using one = await opened.open()
    await using other = await opened.open()
    await one.put('orders', 'llm primary', 'pin', ongoing)
    await one.put('orders', 'llm backup', 'drain', ongoing)
    await other.put('orders', 'llm primary', 'drain', ongoing)
    await other.put('orders', 'llm backup', undefined, ongoing)
    await other.put('orders', 'never there', undefined, ongoing)
    expect(await one.read('orders', ongoing)).toEqual(new Map([['llm primary', 'drain']]))
    expect(await one.read('elsewhere', ongoing)).toEqual(new Map())
  })

  it('does nothing when told to stop beforehand', async () => {
    await using opened = await open()
    await using board = await opened.open()
    const gone = AbortSignal.abort(new Error('hung up'))
    await expect(board.put('orders', 'llm primary', 'pin', gone)).rejects.toThrow('hung up')
    await expect(board.read('orders', gone)).rejects.toThrow('hung up')
  })
}
