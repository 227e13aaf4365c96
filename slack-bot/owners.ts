import { z } from 'zod'
import { SlackRefusedError } from './errors.ts'
import { escaped } from './layout/message.ts'
import type { SlackPrincipal } from './people.ts'
import type { SlackCalls } from './slack-calls.ts'

export interface OwnersParts {
  calls: SlackCalls
  principals: readonly SlackPrincipal[]
}

/** The person in Slack whom a document names as its owner; undefined: nobody that we know of. */
export async function ownerInSlack(
  { calls, principals }: OwnersParts,
  owner: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const name = bare(owner)
  const configured = principals.find((principal) => principal.slack !== undefined && bare(principal.name) === name)
  if (configured?.slack !== undefined) return configured.slack
  if (!z.email().safeParse(name).success) return undefined
  try {
    const found = await calls.call(
      'users.lookupByEmail',
      (client) => client.users.lookupByEmail({ email: name }),
      signal,
    )
    return found.user?.deleted === true ? undefined : found.user?.id
  } catch (error) {
    if (error instanceof SlackRefusedError) return undefined
    throw error
  }
}

/** The name of a principal as people in Slack read it: mrkdwn, a mention where they are somebody in Slack. */
export function mentionOf(principals: readonly SlackPrincipal[]): (name: string) => string {
  return (name) => {
    const id = /^slack:(\w+)$/.exec(name)?.[1] ?? principals.find((each) => each.name === name)?.slack
    return id === undefined ? escaped(name) : `<@${id}>`
  }
}

/** "@Ann", "mailto:ann@example.com" and "ann" are one. */
export function bare(owner: string): string {
  return owner
    .trim()
    .replace(/^mailto:/i, '')
    .replace(/^@/, '')
    .toLowerCase()
}
