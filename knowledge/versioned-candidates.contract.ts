import { expect, it } from 'vitest'
import { fakeDocument, fakePassage } from './passage.fake.ts'
import type { StoredPassage } from './passage.ts'
import { type HeldVersion, type VersionedPassages, versionOf } from './versioned-candidates.ts'

const ongoing = new AbortController().signal

/** What it means to keep versions of passages. */
export function versionedPassagesContract(open: () => Promise<VersionedPassages>): void {
  it('keeps versions of one passage side by side, by entry', async () => {
    await using kept = await open()
    const [old, young, other] = [passage('by hand'), passage('automatic'), passage('unrelated', 'mysql')]
    await kept.put(byVersion(old, young, other), ongoing)
    expect(versions(await kept.heldOf('wiki', ['redis.md'], ongoing))).toEqual([old, young].map(versionOf).toSorted())
    expect(await kept.heldOf('wiki', ['mysql.md'], ongoing)).toEqual([
      { version: versionOf(other), passageId: 'mysql#0' },
    ])
    expect(await kept.heldOf('repo', ['redis.md'], ongoing)).toEqual([])
    expect(await kept.heldOf('wiki', [], ongoing)).toEqual([])
  })

  it('drops a version and leaves the others', async () => {
    await using kept = await open()
    const [old, young] = [passage('by hand'), passage('automatic')]
    await kept.put(byVersion(old, young), ongoing)
    await kept.put(byVersion(young), ongoing)
    await kept.drop([versionOf(old), versionOf(passage('never there'))], ongoing)
    await kept.drop([], ongoing)
    expect(await kept.missing([versionOf(young), versionOf(old)], ongoing)).toEqual([versionOf(old)])
    expect(await kept.missing([], ongoing)).toEqual([])
    expect(versions(await kept.heldOf('wiki', ['redis.md'], ongoing))).toEqual([versionOf(young)])
  })

  it('goes through everything, each once, however much there is', async () => {
    await using kept = await open()
    const many = Array.from({ length: 2500 }, (_, n) => passage(`pod ${n}`, `d${n % 50}`, n))
    await kept.put(byVersion(...many), ongoing)
    const seen: HeldVersion[] = []
    for await (const some of kept.all(ongoing)) seen.push(...some)
    expect(versions(seen)).toEqual(many.map(versionOf).toSorted())
    const entries = Array.from({ length: 50 }, (_, n) => `d${n}.md`)
    expect(versions(await kept.heldOf('wiki', entries, ongoing))).toEqual(many.map(versionOf).toSorted())
  })
}

function passage(text: string, documentId = 'redis', ordinal = 0): StoredPassage {
  return { ...fakePassage({ id: `${documentId}#${ordinal}`, text }), document: fakeDocument({ id: documentId }) }
}

function byVersion(...passages: StoredPassage[]): Map<string, StoredPassage> {
  return new Map(passages.map((each) => [versionOf(each), each]))
}

function versions(held: readonly HeldVersion[]): string[] {
  return held.map(({ version }) => version).toSorted()
}
