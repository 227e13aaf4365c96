import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { RealtimeDesk } from './realtime.ts'
import { startServer } from './server.fake.ts'

/** The part of JSON Schema that our description uses. */
interface Schema {
  $ref?: string
  type?: string | string[]
  description?: string
  enum?: (string | number | null)[]
  const?: string
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
  items?: Schema
  anyOf?: Schema[]
  allOf?: Schema[]
}

const head = `/**
 * What the API says, made from its description at /openapi.json. When that changes,
 * \`vitest run server/api-types.test.ts -u\` writes this file anew.
 */
`

/** Only described here. */
const realtime: RealtimeDesk = {
  accept: (_, socket) => socket.destroy(),
  checkedSettings: (settings) => ({ kind: 'settings', settings, session: {} }),
  drain: async () => {},
}

/** What the page reads; the rest of the API is for others. */
const needed = [
  'WholeDocument',
  'DocumentPage',
  'SearchResult',
  'Answer',
  'Status',
  'Sources',
  'Providers',
  'RecentTurns',
  'Prices',
  'RedeemedTicket',
  'Problem',
]

it('keeps the types that the page is written against true to the description of the API', async () => {
  await using nightdesk = await startServer({ realtime, tickets: { redeem: async () => undefined } })
  const description: { components: { schemas: Record<string, Schema> } } = await (
    await nightdesk.get('/openapi.json')
  ).json()
  const { schemas } = description.components
  const names = reachable(needed, schemas)
  const types = names.toSorted().map((name) => declaration(name, schemas[name] ?? {}))
  await expect(head + types.join('')).toMatchFileSnapshot(join(import.meta.dirname, '../web/api-types.ts'))
})

function reachable(from: readonly string[], schemas: Record<string, Schema>): string[] {
  const found = new Set(from)
  for (const name of found) {
    for (const match of JSON.stringify(schemas[name]).matchAll(/#\/components\/schemas\/(\w+)/g))
      found.add(match[1] ?? '')
  }
  return [...found]
}

function declaration(name: string, schema: Schema): string {
  const [base, own] = schema.allOf ?? [undefined, schema]
  const parent = base === undefined ? '' : ` extends ${typeOf(base, '')}`
  return `\nexport interface ${name}${parent} ${membersOf(own ?? {}, '')}\n`
}

function membersOf({ properties = {}, required = [] }: Schema, indent: string): string {
  const members = Object.entries(properties).map(([name, schema]) => {
    const comment = schema.description === undefined ? '' : `${indent}  /** ${schema.description} */\n`
    const optional = required.includes(name) ? '' : '?'
    return `${comment}${indent}  ${keyOf(name)}${optional}: ${typeOf(schema, `${indent}  `)}\n`
  })
  return `{\n${members.join('')}${indent}}`
}

function keyOf(name: string): string {
  return /^\w+$/.test(name) ? name : `'${name}'`
}

function typeOf(schema: Schema, indent: string): string {
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? ''
  if (schema.allOf !== undefined) return schema.allOf.map((each) => typeOf(each, indent)).join(' & ')
  if (schema.anyOf !== undefined) return schema.anyOf.map((each) => typeOf(each, indent)).join(' | ')
  if (schema.enum !== undefined) return schema.enum.map((value) => `'${value}'`).join(' | ')
  if (Array.isArray(schema.type)) return schema.type.map((type) => (type === 'integer' ? 'number' : type)).join(' | ')
  if (schema.type === 'array') {
    const items = typeOf(schema.items ?? {}, indent)
    return items.includes('|') && !items.startsWith('{') ? `(${items})[]` : `${items}[]`
  }
  if (schema.type !== 'object') return schema.type === 'integer' ? 'number' : (schema.type ?? 'unknown')
  if (typeof schema.additionalProperties === 'object')
    return `Record<string, ${typeOf(schema.additionalProperties, indent)}>`
  return membersOf(schema, indent)
}
