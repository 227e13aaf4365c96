import type { Client } from '@notionhq/client'
import type { NotionApi } from './api.ts'
import { ifAllowed } from './errors.ts'
import { listPages, type Start } from './lists.ts'
import { User } from './shapes.ts'

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
    const members = await this.#membersFor(signal)
    if (members.has(user.id) || members.size === 0) return members.get(user.id)
    const asked = this.#others.get(user.id) ?? this.#ask(user.id, signal)
    this.#others.set(user.id, asked)
    asked.catch(() => this.#others.delete(user.id))
    return await asked
  }

  async #membersFor(signal: AbortSignal): Promise<Map<string, string>> {
    for (;;) {
      const isOurs = this.#members === undefined
      this.#members ??= this.#list(signal)
      const listing = this.#members
      try {
        return await listing
      } catch (error) {
        if (this.#members === listing) this.#members = undefined
        signal.throwIfAborted()
        // Whoever began it may have been told to stop; that is no reason for us to.
        if (isOurs) throw error
      }
    }
  }

  async #list(signal: AbortSignal): Promise<Map<string, string>> {
    const names = new Map<string, string>()
    const ask = (notion: Client, start: Start) => notion.users.list(start)
    await ifAllowed(
      (async () => {
        for await (const { results } of listPages(this.#api, ask, signal)) {
          for (const result of results) {
            const user = User.safeParse(result)
            if (user.success && typeof user.data.name === 'string') names.set(user.data.id, user.data.name)
          }
        }
      })(),
    )
    return names
  }

  async #ask(id: string, signal: AbortSignal): Promise<string | undefined> {
    const user = await ifAllowed(this.#api.call((notion) => notion.users.retrieve({ user_id: id }), User, signal))
    return user?.name ?? undefined
  }
}
