import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { FakeGithub } from '#ingest/github/github.fake.ts'
import { fillWorkspace, troubles } from '#ingest/notion/large-workspace.fake.ts'
import { FakeNotion } from '#ingest/notion/notion.fake.ts'
import { redisServer } from '#ingest/queue/redis-server.fake.ts'
import { startPostgres } from '#knowledge/postgres/postgres-server.fake.ts'
import { fakeQdrant } from '#knowledge/qdrant/qdrant.fake.ts'
import { NamesCollections } from './qdrant-names.fake.ts'
import { type SpokenProviders, spokenProviders } from './spoken-providers.fake.ts'
import { SpokenScript } from './spoken-script.ts'

/**
 * The servers that a benchmark needs, real ones and stand-ins, in a process of their own: `node stand-ins-process.fake.ts
 * NAME...`. Asks come in and answers go out as lines of JSON, in order; when stdin ends, all of them end.
 */
type Answering = (given: unknown) => Promise<unknown>

interface StandIn extends AsyncDisposable {
  answers: Readonly<Record<string, Answering>>
}

/** Where nobody looks at what was asked, it would only fill the memory. */
function forgetful(requests: unknown[]): void {
  setInterval(() => requests.splice(0), 1000).unref()
}

/** As by hand, over telnet; resolves when it is answered. */
async function sendLine(url: string, line: string): Promise<void> {
  const { hostname: host, port } = new URL(url)
  const socket = connect({ host, port: Number(port) })
  socket.write(`${line}\r\n`)
  await once(socket, 'data')
  socket.destroy()
}

const standIns: Readonly<Record<string, () => Promise<StandIn>>> = {
  async redis() {
    const server = await redisServer()
    const answers: StandIn['answers'] = {
      url: async () => server.url,
      kill: () => server.kill(),
      start: () => server.restart(),
      empty: () => sendLine(server.url, 'FLUSHALL'),
    }
    return { answers, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
  },
  async postgres() {
    const server = await startPostgres()
    const answers: StandIn['answers'] = {
      url: async () => await server.empty(),
      kill: () => server.kill(),
      start: () => server.start(),
    }
    return { answers, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
  },
  async qdrant() {
    const server = await fakeQdrant()
    forgetful(server.requests)
    return { answers: { url: async () => server.url }, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
  },
  async 'qdrant-names'() {
    const server = await fakeQdrant()
    server.collections = new NamesCollections()
    forgetful(server.requests)
    return { answers: { url: async () => server.url }, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
  },
  async notion() {
    const server = await FakeNotion.start()
    const Fill = z.object({ pages: z.number() })
    const Trouble = z.object({ share: z.number(), slowMs: z.number() })
    const answers: StandIn['answers'] = {
      url: async () => server.baseUrl,
      token: async () => server.token,
      fill: async (given) => fillWorkspace(server, Fill.parse(given).pages),
      trouble: async (given) => server.tempt(troubles(Trouble.parse(given))),
      peace: async () => server.tempt(undefined),
      count: async () => server.requests.length,
    }
    return { answers, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
  },
  async spoken() {
    const opened: SpokenProviders[] = []
    const answers: StandIn['answers'] = {
      url: async (given) => {
        const providers = await spokenProviders(SpokenScript.parse(given))
        opened.push(providers)
        return providers.url
      },
      marks: async () => Object.fromEntries(opened.flatMap(({ marks }) => [...marks])),
      open: async () => (await Promise.all(opened.map(({ open }) => open()))).reduce((sum, count) => sum + count, 0),
    }
    return {
      answers,
      [Symbol.asyncDispose]: async () => {
        for (const providers of opened) await providers[Symbol.asyncDispose]()
      },
    }
  },
  async github() {
    const server = await FakeGithub.start({ token: 'ghp_nightdesk' })
    const Commit = z.object({ files: z.record(z.string(), z.string()) })
    const answers: StandIn['answers'] = {
      url: async () => server.apiUrl,
      token: async () => 'ghp_nightdesk',
      repository: async () => server.fullName,
      commit: async (given) => await server.repository.commit(Commit.parse(given).files, { at: new Date() }),
    }
    return { answers, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
  },
}

const Ask = z.object({ of: z.string(), what: z.string(), given: z.unknown().optional() })
const opened = new Map<string, StandIn>()
const say = (said: object) => process.stdout.write(`${JSON.stringify(said)}\n`)

async function answer(line: string): Promise<unknown> {
  const { of, what, given } = Ask.parse(JSON.parse(line))
  const answering = opened.get(of)?.answers[what]
  if (answering === undefined) throw new Error(`Nobody answers ${of} ${what}`)
  return (await answering(given)) ?? null
}

try {
  for (const name of process.argv.slice(2)) {
    const open = standIns[name]
    if (open === undefined) throw new Error(`There is no stand-in ${name}`)
    opened.set(name, await open())
  }
  say({ answer: 'ready' })
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      say({ answer: await answer(line) })
    } catch (error) {
      say({ failure: String(error) })
    }
  }
} catch (error) {
  say({ failure: String(error) })
} finally {
  for (const standIn of opened.values()) await standIn[Symbol.asyncDispose]()
}
