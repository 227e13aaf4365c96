import type { NotionApi } from './api.ts'
import { NotionForbiddenError, NotionNotFoundError, NotionRefusedError } from './errors.ts'
import { List, type User, UserObject } from './shapes.ts'

/** Names of a workspace's people: all of its members are listed once, and whoever isn't among them is asked for once. */
export class People {
  readonly #api: NotionApi
  #members: Promise<Map<string, string>> | undefined
  readonly #others = new Map<string, Promise<string | undefined>>()

  constructor(api: NotionApi) {
    this.#api = api
  }

  /** Undefined where Notion doesn't tell: a deleted user, or an integration that may not see people. */
  async nameOf(user: User, signal: AbortSignal): Promise<string | undefined> {
    if (typeof user.name === 'string' && user.name !== '') return user.name
    this.#members ??= this.#list(signal).catch((error: unknown) => {
      this.#members = undefined
      throw error
    })
    const members = await this.#members
    if (members.has(user.id) || members.size === 0) return members.get(user.id)
    const asked = this.#others.get(user.id) ?? this.#ask(user.id, signal)
    this.#others.set(user.id, asked)
    asked.catch(() => this.#others.delete(user.id))
    return await asked
  }

  async #list(signal: AbortSignal): Promise<Map<string, string>> {
    const names = new Map<string, string>()
    let cursor: string | undefined
    do {
      const start = cursor === undefined ? {} : { start_cursor: cursor }
      const list = await ifAllowed(
        this.#api.call((notion) => notion.users.list({ page_size: 100, ...start }), List, signal),
      )
      for (const result of list?.results ?? []) {
        const user = UserObject.safeParse(result)
        if (user.success && typeof user.data.name === 'string') names.set(user.data.id, user.data.name)
      }
      cursor = list?.has_more === true ? (list.next_cursor ?? undefined) : undefined
    } while (cursor !== undefined)
    return names
  }

  async #ask(id: string, signal: AbortSignal): Promise<string | undefined> {
    const user = await ifAllowed(this.#api.call((notion) => notion.users.retrieve({ user_id: id }), UserObject, signal))
    return user?.name ?? undefined
  }
}

async function ifAllowed<Found>(found: Promise<Found>): Promise<Found | undefined> {
  try {
    return await found
  } catch (error) {
    const isRefusal =
      error instanceof NotionForbiddenError ||
      error instanceof NotionNotFoundError ||
      error instanceof NotionRefusedError
    if (isRefusal) return undefined
    throw error
  }
}
