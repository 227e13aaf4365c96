import { setTimeout as pause } from 'node:timers/promises'
import { StoredIncidentMemory } from '#conversation/incidents/stored-incident-memory.ts'
import { SqliteLedger } from '#knowledge/sqlite/sqlite-ledger.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { fakeWiki } from './bot.fake.ts'
import { SlackBot } from './slack-bot.ts'

/** A bot in a process of its own: API address, ledger's file, its leases, and whether its answers stop halfway. */
const [apiUrl = '', ledgerPath = '', leaseMs = '', stops = ''] = process.argv.slice(2)

const wiki = await fakeWiki()
const forever = (signal: AbortSignal) =>
  new Promise<void>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
const bot = new SlackBot({
  botToken: 'xoxb-fake',
  appToken: 'xapp-fake',
  apiUrl,
  ask: async function* (question, signal) {
    for await (const event of wiki.ask(question, signal)) {
      yield event
      if (event.kind === 'delta' && stops === 'stops') {
        yield { kind: 'delta', text: 'and so on, and so on, '.repeat(20) }
        await forever(signal)
      }
    }
  },
  search: wiki.search,
  documents: wiki.store.documents,
  passages: wiki.store.index,
  conversations: wiki.store.conversations,
  incidentMemory: new StoredIncidentMemory({
    conversations: wiki.store.conversations,
    clock: systemClock,
    log: silentLog,
  }),
  freshnessOf: (document, editedAt) => ({
    state: 'fresh',
    editedAt,
    documentEditedAt: document.editedAt,
    reasons: [],
    brokenReferences: [],
    contradictedBy: [],
  }),
  ledger: new SqliteLedger(ledgerPath),
  principals: [],
  guests: 'nothing',
  groups: [],
  channels: [],
  clock: systemClock,
  wait: (ms, signal) => pause(ms, undefined, { signal }),
  log: silentLog,
  leaseMs: Number(leaseMs),
  sweepEveryMs: 50,
})
await bot.run(() => undefined, new AbortController().signal)
