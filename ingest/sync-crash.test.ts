import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { z } from 'zod'
import type { Document } from '#knowledge/document.ts'
import type { StoredPassage } from '#knowledge/passage.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { openSqliteStore } from '#knowledge/sqlite/sqlite-store.ts'
import { silentLog } from '#runtime/log.ts'

const ongoing = new AbortController().signal
const files = 400
const Report = z.object({ added: z.number(), unchanged: z.number(), failed: z.number() })

const execute = promisify(execFile)
const script = join(import.meta.dirname, 'sync-process.fake.ts')

/** Runs a sync in a process of its own. @param kill The process ends, without warning, so long after so many entries. */
async function syncProcess(folder: string, store: string, kill?: { atEntry: number; afterMs: number }) {
  const given = kill === undefined ? [] : [String(kill.atEntry), String(kill.afterMs)]
  const args = ['--disable-warning=ExperimentalWarning', script, folder, store, ...given]
  if (kill === undefined) return Report.parse(JSON.parse((await execute(process.execPath, args)).stdout))
  return execute(process.execPath, args).catch((error: unknown) => error)
}

interface Contents {
  documents: Map<string, { document: Document; passages: StoredPassage[] }>
  revisions: Map<string, string>
}

async function contentsOf(path: string): Promise<Contents> {
  await using store = openSqliteStore({ path, log: silentLog })
  const everything = { principal: localPrincipal }
  const documents: Contents['documents'] = new Map()
  let cursor: string | undefined
  do {
    const page = await store.documents.documents(everything, cursor, 100, ongoing)
    for (const document of page.documents) {
      const ids = (await store.documents.passagesOf(document.id, localPrincipal, ongoing)).map(({ id }) => id)
      documents.set(document.id, { document, passages: await store.index.load(ids, everything, ongoing) })
    }
    cursor = page.nextCursor
  } while (cursor !== undefined)
  // Whether a file was read within two seconds of its last change is no part of what it says.
  const revisions = [...(await store.documents.revisions('docs', ongoing))]
  return { documents, revisions: new Map(revisions.map(([entry, revision]) => [entry, revision.replace('?', '')])) }
}

function page(n: number): string {
  const steps = Array.from(
    { length: 5 + (n % 7) },
    (_, step) => `${step + 1}. Run \`drain --node worker-${n} --step ${step}\`.`,
  )
  return [
    `# Drain worker ${n}`,
    `Do this when worker-${n} does not answer. 応答しないときに実行する。`,
    '## Steps',
    ...steps,
    '## 復旧',
    `ノード worker-${n} を再起動し、${n % 60} 分待つ。`,
  ].join('\n\n')
}

it('ends with the same store as an undisturbed run when it is killed again and again in mid-sync', async () => {
  const place = await mkdtemp(join(tmpdir(), 'nightdesk-crash-'))
  try {
    const [folder, calm, troubled] = ['docs', 'calm.db', 'troubled.db'].map((name) => join(place, name))
    if (folder === undefined || calm === undefined || troubled === undefined) throw new Error('no places')
    await mkdir(folder)
    for (let n = 0; n < files; n++) await writeFile(join(folder, `${n}.md`), page(n))
    expect(await syncProcess(folder, calm)).toMatchObject({ added: files, failed: 0 })
    const whole = await contentsOf(calm)
    expect(whole.documents.size).toBe(files)

    let kept = 0
    for (const share of [0.05, 0.5, 0.2, 0.4]) {
      // Where exactly in the work of reading, embedding and writing it strikes is left to chance.
      const kill = { atEntry: Math.ceil((files - kept) * share), afterMs: Math.floor(Math.random() * 20) }
      expect(await syncProcess(folder, troubled, kill)).toMatchObject({ signal: 'SIGKILL' })
      const partial = await contentsOf(troubled)
      expect(partial.revisions.size).toBeLessThan(files)
      expect(partial.revisions.size).toBeGreaterThanOrEqual(kept)
      kept = partial.revisions.size
      for (const [id, held] of partial.documents) expect(held).toEqual(whole.documents.get(id))
    }
    expect(kept).toBeGreaterThan(0)
    expect(await syncProcess(folder, troubled)).toMatchObject({ added: files - kept, unchanged: kept, failed: 0 })
    expect(await contentsOf(troubled)).toEqual(whole)
  } finally {
    await rm(place, { recursive: true })
  }
})
