import { fakeEntry } from '#knowledge/passage.fake.ts'
import { silentLog } from '#runtime/log.ts'
import { openSqliteStore } from './sqlite-store.ts'

/** Writes 20 documents again and again, each time with another revision and another number of passages. */
const path = process.argv[2] ?? ''
const ongoing = new AbortController().signal
const store = openSqliteStore({ path, log: silentLog })
for (let round = 0; ; round++) {
  const revision = `${process.pid}-${round}`
  const entries = Array.from({ length: 20 }, (_, number) =>
    fakeEntry(
      { id: `d${number}` },
      Array.from({ length: 1 + ((round + number) % 30) }, (__, ordinal) => `revision ${revision} of every ${ordinal}`),
      revision,
    ),
  )
  await store.documents.replaceEntries(entries, ongoing)
  if (round === 0) process.send?.('begun')
}
