import { describe, expect, it } from 'vitest'
import type { ConversationStore } from '#knowledge/conversation-store.ts'
import { MemoryConversations } from '#knowledge/memory/memory-conversations.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { ScriptedLlm, says } from '#providers/llm/llm.fake.ts'
import { silentLog } from '#runtime/log.ts'
import { answersIn, fakeParts, given, redisWiki, talk } from '../conversation.fake.ts'
import { Conversation } from '../conversation.ts'
import { type RecordedEntry, recordedInputs, recordedParts } from '../recording.ts'
import { replay } from '../replay.ts'
import { parseLexicon } from '../speech/lexicon.ts'
import { minutes } from './incident-memory.contract.ts'
import type { Incident } from './incident-memory.ts'
import { StoredIncidentMemory } from './stored-incident-memory.ts'

const ongoing = new AbortController().signal
const slow: Incident = {
  id: 'incident:T1/C1/1',
  title: 'Checkout is slow',
  startedBy: 'ann',
  startedAt: new Date('2026-06-01T10:00:00Z'),
}
const tied = { newConversationId: 'in-the-incident' }

async function memoryOfSlow(conversations: ConversationStore = new MemoryConversations()) {
  const memory = new StoredIncidentMemory({ conversations, clock: minutes(), log: silentLog })
  await memory.note(slow, { kind: 'started', by: 'ann', text: slow.title }, ongoing)
  await memory.note(slow, { kind: 'note', by: 'bob', text: 'Rolled back 1.2.3' }, ongoing)
  await memory.tie(tied.newConversationId, slow, ongoing)
  return memory
}

describe('a conversation that belongs to an incident', () => {
  it.each(['Catch me up', 'what happened so far?', 'where do we stand?', 'これまでの経緯を教えてください'])(
    'tells what happened when asked "%s", and that no document says so',
    async (asked) => {
      const parts = fakeParts(redisWiki, { incidents: await memoryOfSlow() })
      const [answer] = answersIn(await talk(parts, [asked], tied))
      expect(answer?.answer).toContain('- 10:01 It was noted: Rolled back 1.2.3')
      expect(answer?.spoken).toContain('Checkout is slow. 10:00 It began')
      expect(answer?.warnings.map(({ code }) => code)).toEqual(['incident'])
    },
  )

  it('hands the model that chooses what to do what is known of it', async () => {
    const llm = new ScriptedLlm(says('QUESTION'))
    const parts = fakeParts(redisWiki, { incidents: await memoryOfSlow(), llm })
    await talk(parts, ['Let the data team know about it'], tied)
    expect(JSON.stringify(llm.heard[0])).toContain('Rolled back 1.2.3')
  })

  it('takes its turns all the same where nothing of it can be read', async () => {
    const incidents = { knownTo: async () => Promise.reject(new Error('the store is away')) }
    const [answer] = answersIn(await talk(fakeParts(redisWiki, { incidents }), ['How do I fail over Redis by hand?']))
    expect(answer?.abstained).toBe(false)
  })

  it('is replayed with what was known of it then', async () => {
    const entries: RecordedEntry[] = []
    const options = { principal: localPrincipal, mode: 'text' as const, ...tied }
    entries.push({ kind: 'talk', version: 2, options: { ...options, conversationId: undefined } })
    const parts = recordedParts(fakeParts(redisWiki, { incidents: await memoryOfSlow() }), (entry) =>
      entries.push(entry),
    )
    const inputs = recordedInputs(given('catch me up'), (entry) => entries.push(entry))
    for await (const event of new Conversation(parts, options).turns(inputs, ongoing))
      entries.push({ kind: 'out', event })
    const { events, difference } = await replay(entries, { lexicon: parseLexicon(''), log: silentLog }, ongoing)
    expect(difference).toBeUndefined()
    expect(answersIn(events)[0]?.answer).toContain('Rolled back 1.2.3')
  })
})

it('takes the same words for a question where there is no incident', async () => {
  const [answer] = answersIn(await talk(fakeParts(redisWiki, { incidents: await memoryOfSlow() }), ['Catch me up']))
  expect(answer?.warnings.map(({ code }) => code)).not.toContain('incident')
})
