import { ConfigError } from '#runtime/errors.ts'
import { notionId } from './ids.ts'

/**
 * `notion` for all that is shared, or `notion:ROOT_ID`: a page, database or data source, by its id or its address.
 * @throws {ConfigError} that says what a root looks like.
 */
export function parseNotionSpec(spec: string): { roots: string[] } {
  const [, root] = /^notion(?::(.*))?$/s.exec(spec) ?? []
  if (root === undefined) return { roots: [] }
  const id = notionId(root)
  if (id !== undefined) return { roots: [id] }
  throw new ConfigError(
    `  ${spec}: after notion: comes the id or the address of a page or data source, which holds 32 hexadecimal digits`,
  )
}
