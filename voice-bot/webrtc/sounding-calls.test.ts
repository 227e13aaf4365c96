import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { localPrincipal } from '#knowledge/principal.ts'
import { FakeTextToSpeech } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { silentLog } from '#runtime/log.ts'
import { startVoice } from '../realtime/realtime.fake.ts'
import { WebrtcCalls } from './webrtc-calls.ts'
import { FakeWebrtcClient } from './webrtc-client.fake.ts'

const ongoing = new AbortController().signal
const Event = z.looseObject({ type: z.string() })

/** What a call is told of the sound of one answer. */
async function soundOfAnswer(toSpeech: FakeTextToSpeech): Promise<string[]> {
  await using voice = await startVoice({ toSpeech })
  await using calls = new WebrtcCalls({ log: silentLog })
  await using client = new FakeWebrtcClient()
  const { sdp, transport } = await calls.begin(await client.offer(), localPrincipal.name, ongoing)
  voice.sessions.connect({ link: transport, principal: localPrincipal })
  await client.accept(sdp)
  const types = () => client.messages.map((message) => Event.parse(message).type)
  const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'stop' }] }
  client.send({ type: 'conversation.item.create', item })
  client.send({ type: 'response.create' })
  await client.until(() => types().includes('response.done') && types().includes('output_audio_buffer.stopped'))
  // Nothing more comes.
  await pause(300)
  return types().filter((type) => type.startsWith('output_audio_buffer.') || type === 'response.done')
}

const inOrder = ['output_audio_buffer.started', 'response.done', 'output_audio_buffer.stopped']

describe('the sound of an answer in a call', () => {
  it('is told to be over once all of it was heard, after the response', async () => {
    expect(await soundOfAnswer(new FakeTextToSpeech())).toEqual(inOrder)
  })

  it('is not over where the voice pauses in the middle', async () => {
    const slow = new FakeTextToSpeech({
      wordMs: 100,
      before: async (_, at) => (at === 1 ? await pause(800) : undefined),
    })
    expect(await soundOfAnswer(slow)).toEqual(inOrder)
  })
})
