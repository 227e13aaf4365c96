import { parse } from 'yaml'
import { z } from 'zod'

const People = z
  .array(z.coerce.string())
  .nullish()
  .transform((people) => people ?? [])
const Roles = z.object({ approvers: People, reviewers: People })
const OwnersFile = Roles.extend({
  options: z.object({ no_parent_owners: z.boolean().nullish() }).nullish(),
  filters: z.record(z.string(), Roles.nullish()).nullish(),
})
const AliasesFile = z.object({ aliases: z.record(z.string(), People).nullish() })

/** One OWNERS file as Prow (Kubernetes, OpenShift) reads it. */
export interface KubernetesOwners {
  /** Approvers, or reviewers where there are no approvers, of a path relative to the file's folder. */
  of(path: string): readonly string[]
  /** Whoever owns the folders above does not count here. */
  noParents: boolean
}

/** `undefined` when the text isn't an OWNERS file, but something else of that name. */
export function parseOwnersFile(text: string): KubernetesOwners | undefined {
  const read = OwnersFile.safeParse(yamlOf(text))
  if (!read.success) return undefined
  const { approvers, reviewers, filters, options } = read.data
  const rules = Object.entries(filters ?? {}).flatMap(([expression, roles]) => {
    const fits = filterExpression(expression)
    return roles === null || roles === undefined || fits === undefined ? [] : [{ fits, ...roles }]
  })
  return {
    noParents: options?.no_parent_owners === true,
    of(path) {
      const fitting = rules.filter((rule) => rule.fits.test(path))
      const approving = [...approvers, ...fitting.flatMap((rule) => rule.approvers)]
      return approving.length > 0 ? approving : [...reviewers, ...fitting.flatMap((rule) => rule.reviewers)]
    },
  }
}

/** People by the name of their group, in lower case, from an OWNERS_ALIASES file. */
export function parseOwnersAliases(text: string): ReadonlyMap<string, readonly string[]> {
  const read = AliasesFile.safeParse(yamlOf(text))
  const aliases = read.success ? Object.entries(read.data.aliases ?? {}) : []
  return new Map(aliases.map(([name, people]) => [name.toLowerCase(), people]))
}

function yamlOf(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100, logLevel: 'error' })
  } catch {
    // Not YAML: then it isn't an OWNERS file of this kind.
    return undefined
  }
}

/** Undefined for what isn't an expression, or one that could take forever on an unlucky path. */
function filterExpression(expression: string): RegExp | undefined {
  if (expression.length > 200 || /[+*}]\)*[+*{]/.test(expression)) return undefined
  try {
    return new RegExp(expression)
  } catch {
    return undefined
  }
}
