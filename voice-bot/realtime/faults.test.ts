import { describe, expect, it } from 'vitest'
import { startVoice } from './realtime.fake.ts'

const failOver = 'How do I fail over Redis by hand?'
const session = (given: Record<string, unknown>) => ({ type: 'session.update', event_id: 'mine', session: given })
const message = (role: string, content: unknown[], more = {}) => ({
  type: 'conversation.item.create',
  event_id: 'mine',
  item: { type: 'message', role, content, ...more },
})

describe('an event that can not be obeyed', () => {
  it.each<[string, Record<string, unknown> | string, string, string | null]>([
    ['no JSON', 'hello', 'invalid_json', null],
    ['a list', '[1]', 'invalid_type', null],
    ['no type', { event_id: 'mine' }, 'missing_required_parameter', 'type'],
    [
      'the result of a call that nobody made',
      {
        type: 'conversation.item.create',
        event_id: 'mine',
        item: { type: 'function_call_output', call_id: 'call_x', output: '1' },
      },
      'invalid_tool_call_id',
      'item.call_id',
    ],
    ['an unknown type', { type: 'session.explode', event_id: 'mine' }, 'invalid_value', 'type'],
    [
      'a field that is missing',
      { type: 'conversation.item.retrieve', event_id: 'mine' },
      'missing_required_parameter',
      'item_id',
    ],
    ['an unknown setting', session({ turn_detection: null }), 'unknown_parameter', 'session.turn_detection'],
    [
      'a wrong rate',
      session({ audio: { input: { format: { type: 'audio/pcm', rate: 16000 } } } }),
      'invalid_value',
      'session.audio.input.format.rate',
    ],
    [
      'both modalities',
      session({ output_modalities: ['text', 'audio'] }),
      'invalid_value',
      'session.output_modalities',
    ],
    [
      'a threshold beyond 1',
      session({ audio: { input: { turn_detection: { type: 'server_vad', threshold: 2 } } } }),
      'invalid_value',
      'session.audio.input.turn_detection.threshold',
    ],
    [
      'another kind of tool',
      session({ tools: [{ type: 'mcp', server_label: 'x' }] }),
      'invalid_value',
      'session.tools[0].type',
    ],
    ['a stored prompt', session({ prompt: { id: 'x' } }), 'invalid_type', 'session.prompt'],
    [
      'log probabilities',
      session({ include: ['item.input_audio_transcription.logprobs'] }),
      'invalid_value',
      'session.include',
    ],
    ['how hard a model thinks', session({ reasoning: { effort: 'low' } }), 'invalid_type', 'session.reasoning'],
    ['another way to cut a conversation', session({ truncation: 'disabled' }), 'invalid_value', 'session.truncation'],
    [
      'a tracing that nobody knows',
      session({ tracing: { where: 'there' } }),
      'unknown_parameter',
      'session.tracing.where',
    ],
    [
      'a language that is not understood',
      session({ audio: { input: { transcription: { language: 'fr' } } } }),
      'invalid_value',
      'session.audio.input.transcription.language',
    ],
    [
      'another field of transcription',
      session({ audio: { input: { transcription: { delay: 'low' } } } }),
      'unknown_parameter',
      'session.audio.input.transcription.delay',
    ],
    [
      'another field of a response’s sound',
      { type: 'response.create', event_id: 'mine', response: { audio: { output: { speed: 2 } } } },
      'unknown_parameter',
      'response.audio.output.speed',
    ],
    [
      'another field of an event',
      { type: 'response.cancel', event_id: 'mine', reason: 'x' },
      'unknown_parameter',
      'reason',
    ],
    ['a session that transcribes', session({ type: 'transcription' }), 'invalid_value', 'session.type'],
    [
      'audio that is no base64',
      { type: 'input_audio_buffer.append', event_id: 'mine', audio: '~~~~~~~~~~~~' },
      'invalid_value',
      'audio',
    ],
    [
      'a little audio that is no base64',
      { type: 'input_audio_buffer.append', event_id: 'mine', audio: '!!!' },
      'invalid_value',
      'audio',
    ],
    [
      'one stray letter in audio',
      { type: 'input_audio_buffer.append', event_id: 'mine', audio: 'AAAA?AAAAAAA' },
      'invalid_value',
      'audio',
    ],
    [
      'an item whose audio is no base64',
      {
        type: 'conversation.item.create',
        event_id: 'mine',
        item: { type: 'message', role: 'user', content: [{ type: 'input_audio', audio: '###' }] },
      },
      'invalid_value',
      'item.content[0].audio',
    ],
    [
      'a commit of nothing',
      { type: 'input_audio_buffer.commit', event_id: 'mine' },
      'input_audio_buffer_commit_empty',
      null,
    ],
    ['a cancel of nothing', { type: 'response.cancel', event_id: 'mine' }, 'response_cancel_not_active', 'response_id'],
    [
      'an item that is not there',
      { type: 'conversation.item.delete', event_id: 'mine', item_id: 'x' },
      'item_not_found',
      'item_id',
    ],
    [
      'a place after nothing',
      { ...message('user', [{ type: 'input_text', text: 'x' }]), previous_item_id: 'x' },
      'item_not_found',
      'previous_item_id',
    ],
    ['a picture', message('user', [{ type: 'input_image', image_url: 'x' }]), 'invalid_value', 'item.content[0].type'],
    [
      'words of the user as ours',
      message('assistant', [{ type: 'input_text', text: 'x' }]),
      'invalid_value',
      'item.content[0].type',
    ],
    [
      'a response that refers to nothing',
      {
        type: 'response.create',
        event_id: 'mine',
        response: { conversation: 'none', input: [{ type: 'item_reference', id: 'x' }] },
      },
      'item_not_found',
      'response.input',
    ],
  ])('is answered by an error that names it, and the session goes on: %s', async (_, event, code, param) => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.send(event)
    const { error } = await client.event('error')
    expect(error).toMatchObject({ type: 'invalid_request_error', code, param })
    expect(error.event_id).toBe(typeof event === 'string' ? null : 'mine')
    client.ask(failOver)
    expect((await client.event('response.done')).response.status).toBe('completed')
  })
})
