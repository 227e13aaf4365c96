import { describe, expect, it } from 'vitest'
import { shownState, type TalkFacts, turnAfter } from './talk-state.ts'

const listening: TalkFacts = { line: 'open', turn: 'listening', isSounding: false, ears: 'open' }

describe('the state that is shown', () => {
  it.each<[string, Partial<TalkFacts>]>([
    ['off', { line: 'closed' }],
    ['connecting', { line: 'connecting' }],
    ['offline', { line: 'lost' }],
    ['listening', {}],
    ['hearing', { turn: 'hearing' }],
    ['hearing', { ears: 'held' }],
    ['thinking', { turn: 'thinking' }],
    ['waiting', { turn: 'waiting' }],
    ['thinking', { turn: 'speaking' }],
    ['speaking', { turn: 'listening', isSounding: true }],
    ['speaking', { line: 'lost', isSounding: true }],
    ['muted', { ears: 'muted' }],
    ['ready', { ears: 'released' }],
    ['thinking', { ears: 'released', turn: 'thinking' }],
    ['typing', { ears: 'none' }],
  ])('is %s where %j', (state, facts) => {
    expect(shownState({ ...listening, ...facts })).toBe(state)
  })

  it('tells what is waited for, and follows the plain events where ours do not come', () => {
    const before = { turn: 'listening', waitingFor: undefined } as const
    const waiting = { event_id: 'e', type: 'nightdesk.status', state: 'waiting', waiting_for: 'model' } as const
    expect(turnAfter(waiting, before)).toEqual({ turn: 'waiting', waitingFor: 'model' })
    const started = {
      event_id: 'e',
      type: 'input_audio_buffer.speech_started',
      item_id: 'i',
      audio_start_ms: 0,
    } as const
    expect(turnAfter(started, before).turn).toBe('hearing')
    const committed = {
      event_id: 'e',
      type: 'input_audio_buffer.committed',
      item_id: 'i',
      previous_item_id: null,
    } as const
    expect(turnAfter(committed, before).turn).toBe('thinking')
  })
})
