/** Who is asking. A passage without audiences is for everybody; `'all'` sees every passage. */
export interface Principal {
  name: string
  audiences: readonly string[] | 'all'
}

/** The person at the machine itself, when no principals are configured. */
export const localPrincipal: Principal = { name: 'local', audiences: 'all' }

export function maySee(principal: Principal, audience: readonly string[]): boolean {
  if (audience.length === 0 || principal.audiences === 'all') return true
  const { audiences } = principal
  return audience.some((name) => audiences.includes(name))
}
