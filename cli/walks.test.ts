import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer } from '#knowledge/answer.ts'
import type { Document, Lang } from '#knowledge/document.ts'
import type { Passage } from '#knowledge/passage.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { openSampleDesk, type SampleDesk } from './sample-desk.fake.ts'

const samples = join(import.meta.dirname, '../samples/docs')
const ongoing = new AbortController().signal

let samplesDesk: SampleDesk
beforeAll(async () => {
  samplesDesk = await openSampleDesk()
}, 60_000)
afterAll(() => samplesDesk[Symbol.asyncDispose]())

const over = /最後のステップでした|last step of/
const mostTurns = 80

/** All that is said from the first step of a document to its last, whatever has to be agreed to. */
async function walked({ id, title }: Document, lang: Lang): Promise<Answer[]> {
  const said: Answer[] = []
  let [text, command]: [string, { name: 'walk'; about: string; documentId: string } | undefined] = [
    lang === 'ja' ? '案内して' : 'walk me through it',
    { name: 'walk', about: title, documentId: id },
  ]
  while (said.length < mostTurns) {
    const conversationId = said[0]?.conversationId
    const asked = { text, command, conversationId, lang, mode: 'spoken' as const, principal: localPrincipal }
    const events = await Array.fromAsync(samplesDesk.desk.ask(asked, ongoing))
    const answer = events.flatMap((event) => (event.kind === 'done' ? [event.answer] : []))[0]
    if (answer === undefined || over.test(answer.answer)) return said
    said.push(answer)
    command = undefined
    const asksForYes = /cannot be undone|取り消せない/.test(answer.answer)
    text = asksForYes ? (lang === 'ja' ? 'はい' : 'yes') : lang === 'ja' ? '次' : 'next'
    if (answer.abstained) return said
  }
  return said
}

/** Numbered items as Markdown and AsciiDoc have them, found by themselves and not with the code that is tested. */
function numberedItems(path: string): string[] {
  const lines = readFileSync(join(samples, path), 'utf8').split('\n')
  const mark = path.endsWith('.adoc') ? /^\. (.+)$/ : /^\d+\. (.+)$/
  return lines.flatMap((line) => mark.exec(line)?.[1] ?? [])
}

/** Commands of a text: fenced lines, and code in line with a space in it. */
function commandsIn(text: string): string[] {
  const fenced = [...text.matchAll(/^[ \t]*```[^\n]*\n([\s\S]*?)\n[ \t]*```/gm)].flatMap(([, code = '']) =>
    code.split('\n').map((line) => line.trim()),
  )
  const inline = [...text.replace(/```[\s\S]*?```/g, '').matchAll(/`([^`\n]* [^`\n]*)`/g)].map(([, code = '']) => code)
  return [...fenced, ...inline].filter((command) => command !== '')
}

const plainOf = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** What is wrong with how the steps of a document were read. */
function faultsOf(path: string, said: readonly Answer[], passages: readonly Passage[]): string[] {
  const steps = said.filter(({ citations }) => citations.length > 0)
  const quotes = steps.map(({ citations: [citation] }) => plainOf(citation?.quote ?? ''))
  const faults = [
    ...said.flatMap(({ answer, abstained, warnings }) =>
      abstained || warnings.some(({ code }) => code === 'unsupported_dropped') ? `not read: ${answer}` : [],
    ),
    ...steps.flatMap(({ answer, spoken, citations: [citation] }) => {
      const { quote = '', passageId } = citation ?? {}
      const stands = passages.some(({ id, text }) => id === passageId && text.includes(quote))
      const lost = commandsIn(quote).filter((command) => !answer.includes(command) || !spoken.includes(command))
      return [...(stands ? [] : [`stands nowhere: ${quote}`]), ...lost.map((command) => `lost: ${command}`)]
    }),
    ...numberedItems(path).flatMap((item) =>
      quotes.some((quote) => quote.includes(plainOf(item))) ? [] : `never read: ${item}`,
    ),
  ]
  return faults.map((fault) => `${path}: ${fault}`)
}

describe('every sample document that has steps', () => {
  it.each(['en', 'ja'] as const)('is read out step by step, as it stands, to whoever speaks %s', async (lang) => {
    const walks = new Map<string, readonly Answer[]>()
    const faults: string[] = []
    for (const document of await samplesDesk.documents()) {
      const said = document.kind === 'page' ? await walked(document, lang) : []
      const [first] = said
      if (first === undefined || /no steps to walk|手順がありません/.test(first.answer)) continue
      walks.set(document.path, said)
      const passages = await samplesDesk.desk.store.documents.passagesOf(document.id, localPrincipal, ongoing)
      faults.push(...faultsOf(document.path, said, passages))
    }
    expect(faults).toEqual([])
    expect([...walks.keys()].filter((path) => path.includes('runbooks/')).length).toBeGreaterThanOrEqual(13)
    const steps = walks.get('runbooks/ledger-db-failover.md')?.filter(({ citations }) => citations.length > 0)
    expect(steps).toHaveLength(14)
    expect([...walks.keys()].filter((path) => path.includes('postmortems/'))).toEqual([])
  })

  it.each([
    ['walk me through the ledger database failover', 'runbooks/ledger-db-failover.md'],
    ['walk me through the failover of the payments database', 'runbooks/ledger-db-failover.md'],
    ['walk me through kafka consumer lag', 'runbooks/kafka-consumer-lag.md'],
    ['walk me through the certificate rotation', 'runbooks/cert-rotation.adoc'],
    ['walk me through restoring a backup', 'runbooks/ja/backup-restore.md'],
    ['walk me through purging the CDN', 'runbooks/cdn-purge.html'],
    ['walk me through a rollback on kubernetes', 'runbooks/kubernetes-deploy-rollback.md'],
    ['台帳データベースのフェイルオーバーの手順を案内して', 'runbooks/ledger-db-failover.md'],
    ['Redisのフェイルオーバーを案内して', 'runbooks/redis-sentinel.md'],
    ['Kubernetesのロールバックを案内して', 'runbooks/kubernetes-deploy-rollback.md'],
    ['証明書の更新の手順を一つずつ案内して', 'runbooks/cert-rotation.adoc'],
    ['DNSの変更を案内して', 'runbooks/ja/dns.md'],
    ['バックアップの復元を案内して', 'runbooks/ja/backup-restore.md'],
  ])('is chosen by its matter, not by its language: %s', async (said, path) => {
    const [first] = await samplesDesk.answersTo([said])
    expect(first?.citations[0]?.document.path).toBe(path)
  })

  it.each(['walk me through the postmortem of the double charge', 'walk me through flying to the moon'])(
    'is not put in the place of what has no steps: %s',
    async (said) => {
      const [first] = await samplesDesk.answersTo([said])
      expect(first).toMatchObject({ abstained: true, citations: [] })
    },
  )
})
