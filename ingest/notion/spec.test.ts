import { expect, it } from 'vitest'
import { ConfigError } from '#runtime/errors.ts'
import { parseNotionSpec } from './spec.ts'

it('takes all that is shared, or what is below an id or an address', () => {
  expect(parseNotionSpec('notion')).toEqual({ roots: [] })
  const root = '01234567-89ab-cdef-0123-456789abcdef'
  expect(parseNotionSpec('notion:0123456789ABCDEF0123456789ABCDEF')).toEqual({ roots: [root] })
  const address = 'https://www.notion.so/acme/Ops-0123456789abcdef0123456789abcdef?v=ffffffffffffffffffffffffffffffff'
  expect(parseNotionSpec(`notion:${address}`)).toEqual({ roots: [root] })
})

it('says what a root looks like', () => {
  expect(() => parseNotionSpec('notion:Ops')).toThrow(ConfigError)
  expect(() => parseNotionSpec('notion:')).toThrow('32 hexadecimal')
})
