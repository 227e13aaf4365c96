import { describe, expect, it } from 'vitest'
import { FakeTextToSpeech, tone } from '#providers/text-to-speech/text-to-speech.fake.ts'
import { noFigures } from '../figures.ts'
import { FakeClient, startVoice } from './realtime.fake.ts'

const failOver = 'How do I fail over Redis by hand?'

describe('a connection that dropped', () => {
  it('is taken up again with all that was missed since the last event seen, each once', async () => {
    await using voice = await startVoice()
    const first = await voice.connect()
    const token = first.all('session.created')[0]?.nightdesk?.resume_token ?? ''
    first.ask(failOver)
    const seen = await first.event('response.created')
    first.socket.terminate()
    const second = await voice.connect(`&resume=${token}&after=${seen.event_id}`)
    const resumed = second.all('session.created')[0]?.nightdesk
    expect(resumed).toMatchObject({
      resumed: true,
      gap: false,
      conversation_id: first.all('session.created')[0]?.nightdesk?.conversation_id,
    })
    const done = await second.event('response.done')
    expect(done.response.status).toBe('completed')
    const ids = second.events.map(({ event_id }) => event_id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).not.toContain(seen.event_id)
    expect(second.types().indexOf('response.output_item.added')).toBeGreaterThan(0)
    expect(second.all('response.output_audio.delta').length).toBeGreaterThan(0)
    second.ask('And how do I raise its memory?')
    await second.event('response.done', 2)
    expect(await lastQuestion(voice, resumed?.conversation_id)).toContain('Redis')
  })

  it('gets what was made while nobody was there, where the client says nothing of what it has seen', async () => {
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await using voice = await startVoice({ toSpeech: new FakeTextToSpeech({ before: () => held }) })
    const first = await voice.connect()
    const token = first.all('session.created')[0]?.nightdesk?.resume_token ?? ''
    first.ask(failOver)
    await first.event('nightdesk.caption')
    const closed = new Promise((resolve) => first.socket.once('close', resolve))
    first.socket.terminate()
    await closed
    await expectSoon(() => voice.sessions.connectedCount === 0)
    release()
    const second = await voice.connect(`&resume=${token}`)
    await second.event('response.done')
    expect(second.all('response.output_audio.delta').length).toBeGreaterThan(0)
    expect(second.all('nightdesk.caption')).toEqual([])
  })

  it('never goes on under the name of a conversation that is not there or is somebody else’s', async () => {
    await using voice = await startVoice()
    const strangers = 'conversation-of-somebody-else'
    const client = await voice.connect(`&conversation_id=${strangers}`)
    const told = client.all('session.created')[0]?.nightdesk?.conversation_id
    expect(told).not.toBe(strangers)
    client.ask(failOver)
    expect((await client.event('nightdesk.answer')).answer.conversation_id).toBe(told)
    expect(await lastQuestion(voice, strangers)).toBeUndefined()
    const again = await voice.connect(`&conversation_id=${told}`)
    expect(again.all('session.created')[0]?.nightdesk?.conversation_id).toBe(told)
  })

  it('is taken over from one that only seems to be there', async () => {
    await using voice = await startVoice()
    const first = await voice.connect()
    const token = first.all('session.created')[0]?.nightdesk?.resume_token ?? ''
    const closed = new Promise<number>((resolve) => first.socket.once('close', resolve))
    const second = await voice.connect(`&resume=${token}`)
    expect(await closed).toBe(4001)
    second.ask(failOver)
    expect((await second.event('response.done')).response.status).toBe('completed')
    expect(voice.sessions.count).toBe(1)
  })

  it('says so where events are gone, and where the session itself is, which goes on as the same conversation', async () => {
    await using voice = await startVoice()
    const first = await voice.connect()
    const { resume_token: token, conversation_id: id } = first.all('session.created')[0]?.nightdesk ?? {}
    first.ask(failOver)
    await first.event('response.done')
    const second = await voice.connect(`&resume=${token}&after=event_of_another_session`)
    expect(second.all('session.created')[0]?.nightdesk).toMatchObject({ resumed: true, gap: true })
    const third = await voice.connect(`&resume=unknown&conversation_id=${id}`)
    expect(third.all('session.created')[0]?.nightdesk).toMatchObject({ resumed: false, conversation_id: id })
    third.send({ type: 'session.update', session: { output_modalities: ['text'] } })
    third.ask('And how do I raise its memory?')
    await third.event('response.done')
    expect(third.all('nightdesk.answer')[0]?.answer).toMatchObject({ conversation_id: id })
    expect(await lastQuestion(voice, id)).toContain('Redis')
  })

  it('has lost its session when the client stays away for too long', async () => {
    await using voice = await startVoice({ voice: { keepsMs: 20 } })
    const first = await voice.connect()
    const token = first.all('session.created')[0]?.nightdesk?.resume_token ?? ''
    first.socket.terminate()
    await expectSoon(() => voice.sessions.count === 0)
    const second = await voice.connect(`&resume=${token}`)
    expect(second.all('session.created')[0]?.nightdesk?.resumed).toBe(false)
  })
})

describe('a process that ends', () => {
  it('finishes what it is saying, takes nobody new, and lets those go who are quiet', async () => {
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const toSpeech = new FakeTextToSpeech({ wordMs: 5, before: () => held })
    await using voice = await startVoice({ toSpeech })
    const [talking, quiet] = [await voice.connect(), await voice.connect()]
    const quietLeft = new Promise<number>((resolve) => quiet.socket.once('close', resolve))
    talking.ask(failOver)
    await talking.event('nightdesk.caption')
    const drained = voice.sessions.drain(10_000, new AbortController().signal)
    expect((await talking.event('nightdesk.draining')).deadline_ms).toBe(10_000)
    expect(await quietLeft).toBe(1012)
    const late = new FakeClient(voice.url)
    expect(await new Promise<number>((resolve) => late.socket.once('close', resolve))).toBe(1012)
    release()
    const left = new Promise<number>((resolve) => talking.socket.once('close', resolve))
    expect((await talking.event('response.done')).response.status).toBe('completed')
    expect(await left).toBe(1012)
    await drained
    expect(voice.sessions.count).toBe(0)
  })
})

describe('what a session leaves behind', () => {
  it('is nothing: no session, no timer, no listener on what lives longer', async () => {
    const open: number[] = []
    const timers = new Set<object>()
    const timing = {
      nowMs: () => performance.now(),
      after(ms: number, call: () => void) {
        const key = {}
        timers.add(key)
        const timer = setTimeout(() => {
          timers.delete(key)
          call()
        }, ms)
        return () => {
          timers.delete(key)
          clearTimeout(timer)
        }
      },
    }
    const figures = { ...noFigures, sessions: (count: number) => void open.push(count) }
    await using voice = await startVoice({
      script: [{ text: failOver, fromMs: 0, toMs: 900 }],
      voice: { timing, figures, keepsMs: 10 },
    })
    for (let nth = 0; nth < 5; nth++) {
      const client = await voice.connect()
      client.send({ type: 'session.update', session: { nightdesk: { idle_prompt_ms: 60_000 } } })
      client.audio(tone(24_000, 24_000))
      client.audio(new Int16Array(24_000))
      await client.event('response.output_audio.delta')
      client.socket.terminate()
    }
    await expectSoon(() => voice.sessions.count === 0)
    await expectSoon(() => timers.size === 0)
    expect(Math.max(...open)).toBeGreaterThan(0)
    expect(open.at(-1)).toBe(0)
  })
})

/** As it was understood in its conversation. */
async function lastQuestion(voice: Awaited<ReturnType<typeof startVoice>>, id = ''): Promise<string | undefined> {
  const turns = await voice.parts.conversation.conversations.turns(id, 'local', 9, new AbortController().signal)
  return turns.at(-1)?.standalone
}

/** Looks until it is so; fails by the test's own time. */
async function expectSoon(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}
