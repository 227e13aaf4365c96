import { expect, it } from 'vitest'
import { localPrincipal } from '#knowledge/principal.ts'
import type { Poster } from './poster.ts'

export interface OpenedPoster extends AsyncDisposable {
  poster: Poster
  /** As people name it. */
  channel: string
  /** Texts that have arrived in that channel. */
  arrived: () => string[]
}

const ongoing = new AbortController().signal
const post = {
  text: 'Fail over by hand [1]\n[1] Redis https://wiki.example/redis',
  conversationId: 'c1',
  by: localPrincipal,
}

/** What it means to be a Poster. */
export function posterContract(open: () => Promise<OpenedPoster>): void {
  it('posts the words as they are into the channel that is named', async () => {
    await using opened = await open()
    await opened.poster.post({ ...post, channel: opened.channel, documentIds: [] }, ongoing)
    expect(opened.arrived()).toEqual([post.text])
  })

  it('refuses, in words for whoever asked, a channel that is not there', async () => {
    await using opened = await open()
    const refused = opened.poster.post({ ...post, channel: 'no-such-channel', documentIds: [] }, ongoing)
    await expect(refused).rejects.toMatchObject({ userMessage: expect.stringContaining('no-such-channel') })
    expect(opened.arrived()).toEqual([])
  })

  it('posts nothing that cites what is not there to be read', async () => {
    await using opened = await open()
    const refused = opened.poster.post({ ...post, channel: opened.channel, documentIds: ['gone'] }, ongoing)
    await expect(refused).rejects.toMatchObject({ code: expect.stringMatching(/^post_/) })
    expect(opened.arrived()).toEqual([])
  })

  it('posts nothing that is not wanted any more', async () => {
    await using opened = await open()
    const gone = AbortSignal.abort(new Error('hung up'))
    await expect(opened.poster.post({ ...post, channel: opened.channel, documentIds: [] }, gone)).rejects.toThrow(
      'hung up',
    )
    expect(opened.arrived()).toEqual([])
  })
}
