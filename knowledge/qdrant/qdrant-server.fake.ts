import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { fakeQdrant } from './qdrant.fake.ts'

export interface TestQdrant extends AsyncDisposable {
  url: string
  apiKey: string | undefined
  /** For collections of this test alone. */
  name: string
}

/** The Qdrant that the tests run against: that of QDRANT_URL where it's set, else a fake one for this test alone. */
export async function testQdrant(): Promise<TestQdrant> {
  const { QDRANT_URL: url, QDRANT_API_KEY: apiKey } = process.env
  const name = `test-${randomUUID()}`
  if (url === undefined || url === '') {
    const fake = await fakeQdrant()
    return { url: fake.url, apiKey: undefined, name, [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose]() }
  }
  return { url, apiKey, name, [Symbol.asyncDispose]: () => deleteCollections(url, apiKey, name) }
}

async function deleteCollections(url: string, apiKey: string | undefined, name: string): Promise<void> {
  const headers = new Headers(apiKey === undefined ? [] : [['api-key', apiKey]])
  const response = await fetch(`${url}/collections`, { headers })
  const Collections = z.object({ result: z.object({ collections: z.array(z.object({ name: z.string() })) }) })
  for (const collection of Collections.parse(await response.json()).result.collections) {
    if (collection.name.startsWith(name))
      await fetch(`${url}/collections/${collection.name}`, { headers, method: 'DELETE' })
  }
}
