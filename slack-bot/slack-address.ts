/** Events are signed, but nobody should be able to make us post or show our token elsewhere by one that isn't. */
export function isSlacksAddress(url: string, apiUrl: string | undefined): boolean {
  const { protocol, hostname, host } = new URL(url)
  if (apiUrl !== undefined && new URL(apiUrl).host === host) return true
  return protocol === 'https:' && (hostname === 'slack.com' || hostname.endsWith('.slack.com'))
}
