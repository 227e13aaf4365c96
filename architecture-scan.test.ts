import { describe, expect, it } from 'vitest'
import {
  anyTypes,
  assertions,
  consoleCalls,
  exportedInterfaces,
  implementations,
  imports,
  tokens,
} from './architecture-scan.ts'

const importsOf = (source: string) => imports(tokens(source))
const specifiers = (source: string) => importsOf(source).map(({ specifier }) => specifier)

describe('imports', () => {
  it.each([
    ["import 'a'", { specifier: 'a', names: [], typeOnly: false }],
    ["import a from 'a'", { specifier: 'a', names: ['default'], typeOnly: false }],
    ["import type A from 'a'", { specifier: 'a', names: ['default'], typeOnly: true }],
    ["import type from 'a'", { specifier: 'a', names: ['default'], typeOnly: false }],
    ["import * as a from 'a'", { specifier: 'a', names: ['*'], typeOnly: false }],
    ["import { b as c, d } from 'a'", { specifier: 'a', names: ['b', 'd'], typeOnly: false }],
    ["import { type B, type C as D } from 'a'", { specifier: 'a', names: ['B', 'C'], typeOnly: true }],
    ["import { type B, c } from 'a'", { specifier: 'a', names: ['B', 'c'], typeOnly: false }],
    ["import { type } from 'a'", { specifier: 'a', names: ['type'], typeOnly: false }],
    ["import a, {\n  b,\n} from 'a'", { specifier: 'a', names: ['default', 'b'], typeOnly: false }],
    ["import data from 'a' with { type: 'json' }", { specifier: 'a', names: ['default'], typeOnly: false }],
    ["export * from 'a'", { specifier: 'a', names: ['*'], typeOnly: false }],
    ["export type { B } from 'a'", { specifier: 'a', names: ['B'], typeOnly: true }],
    ["export { b } from 'a'", { specifier: 'a', names: ['b'], typeOnly: false }],
    ["const a = await import('a')", { specifier: 'a', names: ['*'], typeOnly: false }],
    ["type A = import('a').A", { specifier: 'a', names: ['*'], typeOnly: false }],
    ["new Worker(new URL('./a.ts', import.meta.url))", { specifier: './a.ts', names: ['*'], typeOnly: false }],
  ])('are seen in %s', (source, expected) => {
    expect(importsOf(source)).toEqual([{ ...expected, line: 1 }])
  })

  it.each([
    "// import 'a'",
    "/* import 'a'\nimport 'b' */",
    '"import \'a\'"',
    "`import 'a'`",
    "const b = { import: 'a' }",
    'import.meta.url',
    "export const from = 'a'",
    "export { b }\nconst from = 'a'",
    "/import 'a'/.test(b)",
    "new URL('../model/words.bin', import.meta.url)",
    "b.import('a')",
  ])('are not seen in %s', (source) => {
    expect(importsOf(source)).toEqual([])
  })

  it('are told apart, with their lines', () => {
    const source =
      "import { a } from './a.ts'\n\nimport type { B } from '#b/b.ts'\nexport const c = 'd'\nexport * from './e.ts'"
    expect(importsOf(source).map(({ specifier, line }) => [specifier, line])).toEqual([
      ['./a.ts', 1],
      ['#b/b.ts', 3],
      ['./e.ts', 5],
    ])
  })
})

describe('tokens', () => {
  it.each([
    ['const a = b / c\nimport "d"\nconst e = f / g', ['d']],
    ['const a = /["\'`]/g\nimport "d"', ['d']],
    ['const a = /[/"]/\nimport "d"', ['d']],
    ['if (a) return /"/.test(b)\nimport "d"', ['d']],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text with a template in it
    ['const a = `${b ? `"${c}` : "`"}"`\nimport "d"', ['d']],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text with a template in it
    ['const a = `${await import("x")} and { ${{ a: "}" }} `\nimport "d"', ['x', 'd']],
    ["const a = 'it\\'s'\nimport 'd'", ['d']],
    ['const a = "http://x" // "\nimport "d"', ['d']],
  ])('keep strings, templates, comments and regular expressions apart: %s', (source, expected) => {
    expect(specifiers(source)).toEqual(expected)
  })
})

describe('what we do not write', () => {
  it('is seen', () => {
    expect(assertions(tokens('const a = b as C'))).toEqual([1])
    expect(assertions(tokens('\nconst a = b() as { c: D }'))).toEqual([2])
    expect(assertions(tokens('f(<x>(y) as unknown as Z)'))).toEqual([1, 1])
    expect(consoleCalls(tokens('console.error(a)'))).toEqual([1])
    expect(anyTypes(tokens('const a: any = b; let c: Map<string, any>; type D = any'))).toEqual([1, 1, 1])
  })

  it('is not seen where something else is meant', () => {
    const fine = [
      "import * as a from 'a'",
      "import { b as c } from 'a'",
      "import d, { e as f } from 'a'",
      "export { b as default } from 'a'",
      "const a = ['b'] as const",
      'const b = { as: 1, any: 2 }',
      'AbortSignal.any([a, b])',
      '// console.log(a as any)',
      '"x as any"',
      'log.console.write(1)',
    ].join('\n')
    expect(assertions(tokens(fine))).toEqual([])
    expect(consoleCalls(tokens(fine))).toEqual([])
    expect(anyTypes(tokens(fine))).toEqual([])
  })
})

describe('ports', () => {
  it('and their implementations are seen', () => {
    const source =
      'export interface Store<T> extends AsyncDisposable { a: T }\nexport class B<T> extends C implements Store<T>, D { a = 1 }\nclass E {}'
    expect(exportedInterfaces(tokens(source))).toEqual(['Store'])
    expect(implementations(tokens(source))).toEqual([{ className: 'B', ports: ['Store', 'D'] }])
  })
})
