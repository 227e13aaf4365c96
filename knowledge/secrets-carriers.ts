import { isPlaceholder, looksRandom } from './secrets-placeholders.ts'
import type { SecretSpan } from './secrets-tokens.ts'

interface Carrier {
  kind: string
  sign: string
  /** Captures the secret in group 1. */
  form: RegExp
  /** At least so long, and of random looks; absent: whatever is no placeholder. */
  shortest?: number
}

/** Places that carry a secret by what they are: URLs, headers, commands, connection strings. */
const carriers: readonly Carrier[] = [
  { kind: 'password', sign: '://', form: /:\/\/[^\s/:@"'<>`]{0,200}:([^\s/@"'<>`]{1,300})@/dg },
  {
    kind: 'token',
    sign: '://',
    form: /https:\/\/([A-Za-z0-9_-]{20,200})@(?=[a-z0-9.-]+)/dg,
    shortest: 20,
  },
  { kind: 'authorization', sign: 'earer ', form: /\bbearer[ \t]+([A-Za-z0-9._~+/=-]{12,4000})/dgi, shortest: 12 },
  {
    kind: 'authorization',
    sign: 'uthorization',
    form: /authorization["']?[ \t]*[:=][ \t]*["']?(?:basic|token|bot|ssws|apikey|key|digest)[ \t]+([A-Za-z0-9._~+/=-]{8,4000})/dgi,
    shortest: 8,
  },
  {
    kind: 'authorization',
    sign: 'asic ',
    form: /\bbasic[ \t]+((?:[A-Za-z0-9+/]{4}){4,500}(?:[A-Za-z0-9+/]{2,3}={1,2})?)(?![A-Za-z0-9])/dgi,
    shortest: 16,
  },
  {
    kind: 'password',
    sign: '-u',
    form: /\bcurl\b[^\n]{0,300}?\s(?:-u|--user)[ =]?["']?[^\s:"'$]{1,80}:([^\s"'@]{3,200})/dg,
  },
  { kind: 'password', sign: 'mysql', form: /\bmysql\w{0,10}\b[^\n|;]{0,200}?\s-p([^\s"'-][^\s"']{2,100})/dg },
  { kind: 'password', sign: 'sshpass', form: /\bsshpass[ \t]+-p[ \t]?["']?([^\s"']{3,100})/dg },
  { kind: 'password', sign: 'redis-cli', form: /\bredis-cli\b[^\n|;]{0,200}?\s-a[ \t]+["']?([^\s"']{3,200})/dg },
  {
    kind: 'password',
    sign: 'login',
    form: /\b(?:docker|podman|helm registry|oras|az|oc|nerdctl|skopeo)[ \t]+login\b[^\n]{0,200}?\s-p[ \t=]["']?([^\s"'-][^\s"']{2,200})/dg,
  },
  { kind: 'password', sign: 'ldap', form: /\bldap\w{3,10}\b[^\n|;]{0,300}?\s-w[ \t]*["']?([^\s"'-][^\s"']{2,200})/dg },
  {
    kind: 'password',
    sign: 'IDENTIFIED BY',
    form: /\b(?:user|role|grant)\b[^\n;]{0,200}?identified[ \t]+by[ \t]+(?:password[ \t]+)?["']([^"'\n]{3,200})["']/dgi,
  },
  {
    kind: 'password',
    sign: 'identified by',
    form: /\b(?:user|role|grant)\b[^\n;]{0,200}?identified[ \t]+by[ \t]+(?:password[ \t]+)?["']([^"'\n]{3,200})["']/dgi,
  },
  {
    kind: 'password',
    sign: 'htpasswd',
    form: /\bhtpasswd[ \t]+-[a-zA-Z]*b[a-zA-Z]*[ \t]+(?:\S{1,200}[ \t]+){1,2}["']?([^\s"'|>-][^\s"'|>]{3,200})/dg,
  },
  { kind: 'azure-key', sign: 'AccountKey=', form: /AccountKey=([A-Za-z0-9+/]{40,100}={0,2})/dg },
  { kind: 'azure-key', sign: 'SharedAccessKey=', form: /SharedAccessKey=([A-Za-z0-9+/]{40,100}={0,2})/dg },
  { kind: 'signature', sign: 'sig=', form: /[?&]sig=([A-Za-z0-9%+/=]{20,200})/dg, shortest: 20 },
  { kind: 'signature', sign: 'X-Amz-Signature=', form: /X-Amz-Signature=([0-9a-f]{64})/dg },
  { kind: 'sentry-key', sign: 'sentry', form: /https:\/\/([0-9a-f]{32})@[\w.-]*sentry/dg },
  { kind: 'password', sign: ':5432:', form: /^[\w.*-]{1,200}:5432:[^:\s]{1,100}:[^:\s]{1,100}:([^:\s]{3,200})$/dgm },
  {
    kind: 'password',
    sign: 'assword',
    form: /\bpassword[ \t]+(?:is|was|to)[ \t]*:?[ \t]*["'`]?([^\s"'`,;]{6,100})/dgi,
    shortest: 7,
  },
  { kind: 'token', sign: 'token', form: /(?<![a-z0-9.])([a-z0-9]{6}\.[a-z0-9]{16})(?![a-z0-9.])/dg, shortest: 23 },
]

/** Secrets that are known by where they stand. */
export function carriersIn(text: string): SecretSpan[] {
  const spans: SecretSpan[] = []
  for (const { kind, sign, form, shortest } of carriers) {
    if (!text.includes(sign)) continue
    for (const match of text.matchAll(form)) {
      const value = (match[1] ?? '').replace(/[.,;:)]+$/, '')
      const [from = 0] = match.indices?.[1] ?? []
      if (isPlaceholder(value) || (shortest !== undefined && !looksRandom(value, shortest))) continue
      spans.push({ from, to: from + value.length, kind })
    }
  }
  return spans
}
