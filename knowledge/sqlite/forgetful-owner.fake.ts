import { fakeEntry, fakePassage } from '#knowledge/passage.fake.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { silentLog } from '#runtime/log.ts'
import { openSqliteStore } from './sqlite-store.ts'

/** Uses every thread of a store and never closes it. */
const ongoing = new AbortController().signal
const store = openSqliteStore({ path: process.argv[2] ?? '', log: silentLog })
const embedding = Float32Array.of(1, 0)
await store.documents.replaceEntries(
  [fakeEntry({ id: 'd' }, [fakePassage({ id: 'd#0', text: 'pod', embedding })])],
  ongoing,
)
const found = [
  ...(await store.index.matching(['pod'], { principal: localPrincipal }, 5, ongoing)),
  ...(await store.index.nearest(embedding, { principal: localPrincipal }, 5, ongoing)),
]
process.exitCode = found.length === 2 ? 0 : 1
