import type { Client } from '@notionhq/client'
import type { NotionApi } from './api.ts'
import { ifAllowed } from './errors.ts'
import { listPages, type Start } from './lists.ts'
import { type User, UserObject } from './shapes.ts'

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
    const ask = (notion: Client, start: Start) => notion.users.list(start)
    await ifAllowed(
      (async () => {
        for await (const { results } of listPages(this.#api, ask, signal)) {
          for (const result of results) {
            const user = UserObject.safeParse(result)
            if (user.success && typeof user.data.name === 'string') names.set(user.data.id, user.data.name)
          }
        }
      })(),
    )
    return names
  }

  async #ask(id: string, signal: AbortSignal): Promise<string | undefined> {
    const user = await ifAllowed(this.#api.call((notion) => notion.users.retrieve({ user_id: id }), UserObject, signal))
    return user?.name ?? undefined
  }
}
