import { describe, expect, it } from 'vitest'
import { startServer } from './server.fake.ts'

interface Operation {
  operationId?: string
  parameters?: { name: string; in: string }[]
  responses: Record<string, { description?: string }>
}

async function description(): Promise<{ openapi: string; paths: Record<string, Record<string, Operation>> }> {
  await using nightdesk = await startServer()
  return (await nightdesk.get('/openapi.json')).json()
}

describe('GET /openapi.json', () => {
  it('describes every route of the API', async () => {
    const { openapi, paths } = await description()
    expect(openapi).toBe('3.1.0')
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    )
    expect(routes.toSorted()).toEqual([
      'get /healthz',
      'get /metrics',
      'get /readyz',
      'get /v1/documents',
      'get /v1/documents/{id}',
      'get /v1/models',
      'get /v1/models/{model}',
      'get /v1/operations/prices',
      'get /v1/operations/turns',
      'get /v1/providers',
      'get /v1/sources',
      'get /v1/status',
      'post /v1/ask',
      'post /v1/chat/completions',
      'post /v1/documents/{id}/verify',
      'post /v1/feedback',
      'post /v1/providers/command',
      'post /v1/search',
      'post /v1/sources/{id}/sync',
    ])
  })

  it('names each operation once, declares its parameters, and describes its errors', async () => {
    const { paths } = await description()
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.values(methods).map((operation) => ({ path, ...operation })),
    )
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
    for (const { path, parameters, responses } of operations) {
      const declared = (parameters ?? []).filter((parameter) => parameter.in === 'path').map(({ name }) => name)
      expect(declared).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]))
      const expected = path.startsWith('/v1/') ? ['401', '500'] : []
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(expected))
      // 202: it is noted, and done later.
      expect(Object.keys(responses).some((status) => status === '200' || status === '202')).toBe(true)
    }
  })

  it('refers to nothing that it lacks', async () => {
    const whole = await description()
    const references = [...JSON.stringify(whole).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1] ?? '')
    expect(references.length).toBeGreaterThan(20)
    for (const reference of new Set(references)) {
      const found = reference.split('/').reduce<unknown>((node, key) => {
        return typeof node === 'object' && node !== null
          ? Object.entries(node).find(([name]) => name === key)?.[1]
          : undefined
      }, whole)
      expect([reference, typeof found]).toEqual([reference, 'object'])
    }
  })
})
