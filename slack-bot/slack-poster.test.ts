import { describe, expect, it } from 'vitest'
import { posterContract } from '#conversation/outlets/poster.contract.ts'
import { openMemoryStore } from '#knowledge/memory/memory-store.ts'
import { fakeDocument, fakeEntry, fakePassage } from '#knowledge/passage.fake.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { FakeSlack } from './slack.fake.ts'
import { SlackPoster, type SlackPosterParts } from './slack-poster.ts'

const ongoing = new AbortController().signal
const ann = { name: 'ann', audiences: ['sre'], slack: 'UANN000' }
const bob = { name: 'bob', audiences: [], slack: 'UBOB000' }

async function opened(more: Partial<SlackPosterParts> = {}) {
  const slack = await new FakeSlack().listen()
  for (const { slack: id } of [ann, bob]) slack.workspace.users.set(id, { id, name: id })
  slack.workspace.channels.set('CINC000', {
    id: 'CINC000',
    name: 'incidents',
    kind: 'channel',
    members: ['UBOT', ann.slack],
  })
  slack.workspace.channels.set('CALL000', {
    id: 'CALL000',
    name: 'all-hands',
    kind: 'channel',
    members: ['UBOT', ann.slack, bob.slack],
  })
  const store = openMemoryStore()
  const entry = (id: string, audience: string[]) =>
    fakeEntry(fakeDocument({ id, title: id, audience }), [
      fakePassage({ id: `${id}#0`, documentId: id, text: 'words' }),
    ])
  await store.documents.replaceEntries([entry('open', []), entry('closed', ['sre'])], ongoing)
  const poster = new SlackPoster({
    token: 'xoxb-fake',
    apiUrl: slack.url,
    principals: [ann, bob],
    groups: [],
    guests: 'nothing',
    documents: store.documents,
    clock: systemClock,
    wait: async () => undefined,
    log: silentLog,
    ...more,
  })
  const post = (
    channel: string | undefined,
    by: { name: string; audiences: readonly string[] },
    documentIds: string[],
  ) => poster.post({ channel, text: 'The answer [1]', conversationId: 'c', by, documentIds }, ongoing)
  return { slack, poster, post, said: () => slack.workspace.messages.map(({ channel, text }) => `${channel} ${text}`) }
}

describe('SlackPoster', () => {
  posterContract(async () => {
    const { slack, poster, said } = await opened({ principals: [] })
    return {
      poster,
      channel: '#incidents',
      arrived: () => said().map((each) => each.replace('CINC000 ', '')),
      [Symbol.asyncDispose]: () => slack[Symbol.asyncDispose](),
    }
  })

  it('posts where it is told to, by name or id, and says where that can be seen', async () => {
    const { slack, post, said } = await opened()
    await using _slack = slack
    expect((await post('#incidents', ann, ['open'])).url).toContain('https://fake.slack.com/archives/CINC000/')
    await post('CINC000', ann, ['closed'])
    expect(said()).toEqual(['CINC000 The answer [1]', 'CINC000 The answer [1]'])
  })

  it('posts into the usual channel where none is named, and asks for one where there is none', async () => {
    const usual = await opened({ usualChannel: 'CINC000' })
    await using _one = usual.slack
    await usual.post(undefined, ann, ['open'])
    expect(usual.said()).toHaveLength(1)
    const none = await opened()
    await using _other = none.slack
    await expect(none.post(undefined, ann, [])).rejects.toMatchObject({
      userMessage: expect.stringContaining('slack.post_to'),
    })
  })

  it.each([
    ['whoever is not in the channel', '#incidents', bob, 'open', /not in that channel/],
    ['whoever is nobody in Slack', '#incidents', { name: 'eve', audiences: [] }, 'open', /who you are in Slack/],
    ['what not everybody there may read', '#all-hands', ann, 'closed', /not everybody in that channel/],
    ['into a channel that is not there', '#nowhere', ann, 'open', /no channel nowhere/],
  ] as const)('posts nothing for %s', async (_, channel, by, document, reason) => {
    const { slack, post, said } = await opened()
    await using _slack = slack
    await expect(post(channel, by, [document])).rejects.toMatchObject({ userMessage: expect.stringMatching(reason) })
    expect(said()).toEqual([])
  })
})
