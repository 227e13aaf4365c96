import { describe, expect, it } from 'vitest'
import { type ReplyStep, ScriptedLlm } from '#providers/llm/llm.fake.ts'
import { startVoice } from './realtime.fake.ts'

const tool = (name: string, more = {}) => ({ type: 'function', name, description: `Calls ${name}.`, ...more })
const session = (given: Record<string, unknown>) => ({ type: 'session.update', event_id: 'mine', session: given })
const create = (response: Record<string, unknown>) => ({ type: 'response.create', event_id: 'mine', response })
const call: ReplyStep = { call: { id: 'c', name: 'last_deployment', arguments: '{"service":"checkout"}' } }

/** A model that gives these steps, one each time that it may call a tool, and then takes all for questions. */
function choosing(...steps: ReplyStep[]): ScriptedLlm {
  const llm: ScriptedLlm = new ScriptedLlm(async function* () {
    const mayCall = (llm.asked.at(-1)?.tools ?? []).length > 0
    yield (mayCall ? steps.shift() : undefined) ?? 'QUESTION'
  })
  return llm
}

/** Which tools the model was offered, each time that it was offered any. */
const offeredTo = (llm: ScriptedLlm): string[][] =>
  llm.asked.flatMap(({ tools = [] }) => (tools.length === 0 ? [] : [tools.map(({ name }) => name)]))

describe('the tools of a client', () => {
  it('are those of the response where it has some, and after that those of the session again', async () => {
    const llm = choosing()
    await using voice = await startVoice({ conversation: { llm } })
    const client = await voice.connect()
    client.send(session({ output_modalities: ['text'], tools: [tool('one'), tool('two')] }))
    client.say('When was checkout deployed?')
    client.send(create({ tools: [tool('three')] }))
    await client.event('response.done')
    client.ask('And payments?')
    await client.event('response.done', 2)
    client.say('And search?')
    client.send(create({ tool_choice: { type: 'function', name: 'two' } }))
    await client.event('response.done', 3)
    client.say('And mail?')
    client.send(create({ tool_choice: 'none' }))
    await client.event('response.done', 4)
    expect(offeredTo(llm)).toEqual([['three'], ['one', 'two'], ['two']])
  })

  it('have to be called where the client says so, and may be where it does not', async () => {
    const llm = choosing()
    await using voice = await startVoice({ conversation: { llm } })
    const client = await voice.connect()
    client.send(session({ output_modalities: ['text'], tools: [tool('last_deployment')] }))
    for (const [at, tool_choice] of ['auto', 'required'].entries()) {
      client.say('When was checkout deployed?')
      client.send(create({ tool_choice }))
      await client.event('response.done', at + 1)
    }
    const musts = llm.asked.filter(({ tools = [] }) => tools.length > 0).map(({ mustCall }) => mustCall)
    expect(musts).toEqual([false, true])
  })

  it('are called by a response beside the conversation, too, which ends with the call', async () => {
    const llm = choosing(call)
    await using voice = await startVoice({ conversation: { llm } })
    const client = await voice.connect()
    client.send(
      create({
        conversation: 'none',
        output_modalities: ['text'],
        tools: [tool('last_deployment')],
        input: [
          { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'When was checkout deployed?' }] },
        ],
      }),
    )
    const { response } = await client.event('response.done')
    expect(response).toMatchObject({
      status: 'completed',
      output: [{ type: 'function_call', name: 'last_deployment', arguments: '{"service":"checkout"}' }],
    })
    expect(response.usage?.output_token_details.text_tokens).toBeGreaterThan(0)
    expect(client.all('conversation.item.added')).toEqual([])
  })

  it.each([
    [
      'are too many to be shown to a model',
      session({ tools: Array.from({ length: 90 }, (_, n) => tool(`tool_${n}`, { description: 'x'.repeat(300) })) }),
      'session.tools',
    ],
    ['have to be called where there are none', create({ tool_choice: 'required' }), 'response.tool_choice'],
    [
      'have to be called by a name that none has',
      create({ tools: [tool('one')], tool_choice: { type: 'function', name: 'two' } }),
      'response.tool_choice',
    ],
  ])('are refused where they %s', async (_, event, param) => {
    await using voice = await startVoice({ conversation: { llm: choosing() } })
    const client = await voice.connect()
    client.send(event)
    expect((await client.event('error')).error).toMatchObject({ code: 'invalid_value', param, event_id: 'mine' })
  })

  it('are taken without a model, and it is said that nobody will call them; they can not be demanded then', async () => {
    await using voice = await startVoice()
    const client = await voice.connect()
    client.send(session({ tools: [tool('one')] }))
    await client.event('session.updated')
    expect(client.all('nightdesk.notice')).toMatchObject([{ code: 'tools_need_model' }])
    client.send(session({ tool_choice: 'required' }))
    expect((await client.event('error')).error).toMatchObject({ param: 'session.tool_choice' })
    client.ask('How do I fail over Redis by hand?')
    expect((await client.event('response.done')).response.status).toBe('completed')
  })
})
