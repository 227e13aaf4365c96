import { expect, it } from 'vitest'
import { benchConversation } from './conversation.ts'
import { benchLongTalk } from './long-talk.ts'
import { conversationTables } from './report.ts'
import { benchStops } from './stops.ts'

const ongoing = new AbortController().signal

it('measures turns, stops and a long talk over sockets, and shows each in a table', { timeout: 60_000 }, async () => {
  const [rows, stops, longTalk] = await Promise.all([
    benchConversation(
      { loads: [{ conversations: 1, turnsEach: 1 }], warmUp: { conversations: 0, turnsEach: 0 } },
      ongoing,
    ),
    benchStops(1, ongoing),
    benchLongTalk(3, ongoing),
  ])
  expect(rows.map(({ conversations }) => conversations)).toEqual([1])
  expect(stops.map(({ stage }) => stage)).toEqual(['hearing', 'searching', 'the model', 'speaking', 'espeak-ng'])
  expect(longTalk.map(({ turns }) => turns)).toEqual([1])
  const [turns, aborts, memory] = conversationTables({ rows, stops, longTalk })
  expect([turns?.rows.length, aborts?.rows.length, memory?.rows.length]).toEqual([1, 5, 1])
})
