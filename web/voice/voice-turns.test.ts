import { describe, expect, it } from 'vitest'
import type { ServerEvent, ServerEventBody } from '#voice-bot/protocol.ts'
import type { Turn } from '../turn-view.ts'
import { VoiceTurns } from './voice-turns.ts'

describe('VoiceTurns', () => {
  it('make one turn of what was heard, corrected and answered', () => {
    const { turns, shown } = thread()
    const correction = { heard: 'cube control', meant: 'kubectl', at: 0, confidence: 0.9 }
    turns.take(transcript('kubectl', false))
    expect(shown).toEqual([])
    turns.take({ ...transcript('kubectl rollout', true), corrections: [correction] })
    turns.take(created('r1'))
    turns.take(caption('r1', 'One moment.', true))
    turns.take(caption('r1', 'Run it: [1]'))
    turns.take(caption('r1', '```sh\nkubectl rollout\n```'))
    turns.take(caption('r1', 'Then wait. [1]'))
    turns.take(done('r1', 'completed'))
    expect(shown).toMatchObject([
      {
        question: 'kubectl rollout',
        corrections: [correction],
        text: 'Run it: [1]\n\n```sh\nkubectl rollout\n```\n\nThen wait. [1]',
        end: 'whole',
      },
    ])
  })

  it('answer nothing that was heard too late by what is answered next', () => {
    const { turns, shown } = thread()
    turns.take({ ...transcript('How do I fail over?', true), is_late: true })
    turns.take({ ...transcript('And its memory?', true), item_id: 'item_next' })
    turns.take(created('r1'))
    turns.take(caption('r1', 'Raise maxmemory.'))
    expect(shown).toMatchObject([
      { question: 'How do I fail over?', end: 'interrupted', text: '' },
      { question: 'And its memory?', text: 'Raise maxmemory.' },
    ])
  })

  it('put Japanese sentences beside each other without a space', () => {
    const { turns, shown } = asked()
    turns.take(caption('r1', '切り替えます。'))
    turns.take(caption('r1', '30秒待ちます。'))
    expect(shown[0]?.text).toBe('切り替えます。30秒待ちます。')
  })

  it('put one answer to several questions under the last', () => {
    const { turns, shown } = thread()
    turns.typed('item_a', 'Redis is down.')
    turns.typed('item_b', 'What now?')
    turns.take(created('r1'))
    turns.take(caption('r1', 'Fail over.'))
    expect(shown).toMatchObject([
      { question: 'Redis is down.', end: 'joined', text: '' },
      { question: 'What now?', text: 'Fail over.' },
    ])
  })

  it('put an answer under its question even where the question is understood last', () => {
    const { turns, shown } = thread()
    turns.take(created('r1'))
    turns.take(done('r1', 'cancelled'))
    turns.take(created('r2'))
    turns.take(transcript('How do I fail over?', true))
    turns.take(caption('r2', 'By hand.'))
    turns.take(done('r2', 'completed'))
    expect(shown).toMatchObject([{ question: 'How do I fail over?', text: 'By hand.', end: 'whole' }])
  })

  it('answer what was said together with what the speaker went on to say, understood or not', () => {
    const { turns, shown } = asked()
    turns.take(done('r1', 'cancelled'))
    expect(shown[0]?.end).toBeUndefined()
    turns.take(created('r2'))
    turns.take(transcript('', true))
    turns.take(caption('r2', 'By hand.'))
    expect(shown).toMatchObject([{ question: 'How?', text: 'By hand.' }])
  })

  it('put an answer without words yet under what is understood next', () => {
    const { turns, shown } = asked()
    turns.take(done('r1', 'cancelled'))
    turns.take(created('r2'))
    turns.take(transcript('On staging, I mean.', true))
    turns.take(caption('r2', 'By hand.'))
    expect(shown).toMatchObject([
      { question: 'How?', end: 'joined' },
      { question: 'On staging, I mean.', text: 'By hand.' },
    ])
  })

  it('say that an answer was stopped before it had words', () => {
    const { turns, shown } = asked()
    turns.take(done('r1', 'cancelled', undefined, 'client_cancelled'))
    expect(shown[0]?.failure).toEqual({ kind: 'stopped' })
  })

  it('say where an answer was interrupted, and why one failed', () => {
    const { turns, shown } = asked()
    turns.take(caption('r1', 'By'))
    turns.take(done('r1', 'cancelled'))
    turns.typed('item_b', 'And now?')
    turns.take(created('r2'))
    turns.take(done('r2', 'failed', 'The model is down.'))
    expect(shown).toMatchObject([
      { end: 'interrupted' },
      { failure: { kind: 'refused', detail: 'The model is down.' } },
    ])
  })

  it('leave out words that nobody asked for: a prompt after a long silence has no turn', () => {
    const { turns, shown } = asked()
    turns.take(done('r1', 'completed'))
    turns.take(created('r2'))
    turns.take(caption('r2', 'Are you still there?'))
    turns.take(done('r2', 'completed'))
    expect(shown).toHaveLength(1)
    expect(shown[0]?.text).toBe('')
  })

  it('understand better what was heard without making another turn of it', () => {
    const { turns, shown } = thread()
    turns.take(transcript('fail over the read is', true))
    turns.take(transcript('fail over the Redis', true))
    turns.take({
      event_id: 'e',
      type: 'conversation.item.input_audio_transcription.completed',
      item_id: 'item_heard',
      content_index: 0,
      transcript: 'fail over the read is',
      usage: { type: 'duration', seconds: 1 },
    })
    expect(shown.map(({ question }) => question)).toEqual(['fail over the Redis'])
  })

  it('forget what belonged to another conversation', () => {
    const { turns, shown } = asked()
    turns.forget()
    turns.take(caption('r1', 'Too late.'))
    expect(shown[0]?.text).toBe('')
  })
})

function thread() {
  const shown: Turn[] = []
  const turns = new VoiceTurns({
    begin(question) {
      const turn: Turn = { question, text: '', citations: [], nearest: [] }
      shown.push(turn)
      return turn
    },
    show: () => {},
    ended: () => {},
  })
  return { turns, shown }
}

function asked() {
  const { turns, shown } = thread()
  turns.typed('item_a', 'How?')
  turns.take(created('r1'))
  return { turns, shown }
}

function event<Body extends ServerEventBody>(body: Body): Body & { event_id: string } {
  return { event_id: 'event', ...body }
}

function transcript(text: string, is_final: boolean) {
  return event({ type: 'nightdesk.transcript' as const, item_id: 'item_heard', text, is_final, corrections: [] })
}

function caption(response_id: string, written: string, filler = false): ServerEvent {
  return event({
    type: 'nightdesk.caption',
    response_id,
    item_id: `item_${response_id}`,
    text: written,
    written,
    filler,
    citations: [],
    index: 0,
    audio_start_ms: 0,
  })
}

function created(id: string): ServerEvent {
  return event({ type: 'response.created', response: response(id, 'in_progress') })
}

function done(
  id: string,
  status: 'completed' | 'cancelled' | 'failed',
  message?: string,
  reason: 'turn_detected' | 'client_cancelled' = 'turn_detected',
): ServerEvent {
  const error = message === undefined ? undefined : { type: 'server_error', code: 'x', message }
  return event({
    type: 'response.done',
    response: { ...response(id, status), status_details: { type: status, error, reason } },
  })
}

type RealtimeResponse = Extract<ServerEvent, { response: unknown }>['response']

function response(id: string, status: RealtimeResponse['status']): RealtimeResponse {
  return {
    object: 'realtime.response',
    id,
    status,
    status_details: null,
    output: [],
    conversation_id: 'conversation-1',
    output_modalities: ['audio'],
    max_output_tokens: 'inf',
    audio: { output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'night' } },
    metadata: null,
    usage: null,
  }
}
