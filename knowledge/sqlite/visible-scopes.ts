import type { DatabaseSync } from 'node:sqlite'
import type { PassageFilter } from '#knowledge/passage-index.ts'
import { maySee } from '#knowledge/principal.ts'
import { langOf, list } from './columns.ts'
import { type ArrayStatement, arrays, numberOf, textOf } from './connection.ts'

/**
 * Which scopes a filter lets through. A scan keeps each passage's scope in an array and looks it up here, so that a
 * filter costs the same whatever it excludes. Scope 0 is that of removed passages: never let through.
 */
export class VisibleScopes {
  readonly #scopes: ArrayStatement
  readonly #highest: ArrayStatement

  constructor(database: DatabaseSync) {
    this.#scopes = arrays(database, 'SELECT row, source, lang, audience FROM scopes')
    this.#highest = arrays(database, 'SELECT coalesce(max(row), 0) FROM scopes')
  }

  /** By scope: 1 where the filter lets through. */
  of({ principal, sources, lang }: PassageFilter): Uint8Array {
    const visible = new Uint8Array(numberOf(this.#highest.get()?.[0]) + 1)
    for (const [row, source, scopeLang, audience] of this.#scopes.all()) {
      const matches =
        maySee(principal, list(audience)) &&
        (sources === undefined || sources.includes(textOf(source))) &&
        (lang === undefined || lang === langOf(scopeLang))
      visible[numberOf(row)] = matches ? 1 : 0
    }
    return visible
  }
}
