import { localPrincipal, type Principal } from '#knowledge/principal.ts'
import type { Settings } from '#runtime/config/settings.ts'
import { ConfigError } from '#runtime/errors.ts'
import type { ConfiguredPrincipal } from '#server/identity.ts'

/**
 * Who a command asks as: by default the person at the machine, who may read the store anyway.
 * @throws {ConfigError} When nobody of that name is configured.
 */
export function principalNamed(settings: Settings, name: string | undefined): Principal {
  if (name === undefined) return localPrincipal
  const found = settings.principals.find((principal) => principal.name === name)
  if (found !== undefined) return { name: found.name, audiences: found.audiences }
  const known = settings.principals.map((principal) => principal.name).join(', ')
  throw new ConfigError(
    `  --principal ${name}: ${known === '' ? 'no principals are configured in nightdesk.yaml' : `configured are ${known}`}`,
  )
}

/** As the HTTP frame knows them. */
export function configuredPrincipals({ principals }: Settings): ConfiguredPrincipal[] {
  return principals.map(({ name, token_sha256, audiences }) => ({ name, audiences, tokenSha256: token_sha256 }))
}
