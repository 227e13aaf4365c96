/** Words that stand where a secret would: nobody's password, or said to be one to replace. */
const standIns = new Set(
  `changeme changeit change_me change-me example sample dummy placeholder redacted hidden masked removed omitted secret
  secrets password passwd passphrase pass pwd token tokens key apikey api_key api-key credential credentials null none nil
  undefined true false yes no on off string str text bytes int integer number boolean object array required optional
  default empty todo tbd fixme foo bar baz foobar value any same prompt ask unset disabled enabled username user login
  bearer basic digest negotiate plain here below above type name file path url json yaml base64 hex utf8 auto manual
  generated random strong weak plaintext encrypted hashed bcrypt scrypt md5 sha1 sha256 sha512 jwt oauth oauth2 oidc saml
  ldap kerberos secretkey accesskey mypassword yourpassword secret_key access_key opaque ref reference env environment valuefrom secretkeyref external vault`
    .trim()
    .split(/\s+/),
)

/** Forms of "put yours here": brackets, variables, templates, calls, dots, stars, references to a store of secrets. */
const forms = [
  /^[<({[$%&*@#|>＜［｛（]/,
  /^[a-z]\w*(?:\.[a-z_]\w*){2,}$/,
  /\$\{|\$\(|\{\{|<[\w -]+>|\(\)|\]$/,
  /^(.)\1{2,}.?$/,
  /[*•●]{3,}|\.{3}|…|x{4,}|X{4,}|0{8,}/,
  /\[masked:/,
  /^(?:your|my|the|some|our|insert|enter|replace|put|use|add|set|get|new|old|fake|test|example|sample|dummy|a|an)[-_ ]/i,
  /^(?:your|my|some|super|fake|dummy|example|sample)(?:own)?(?:secret|password|token|api|key|access|auth|client)/i,
  /example|placeholder|changeme|change[-_]me|redacted|replace[-_]?(?:me|with|this)|dummy|not[-_]?a[-_]?(?:real|secret)/i,
  /^[A-Z]+$/,
  /^[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)+$/,
  /^(?:\.{0,2}|~|[A-Za-z]:)[/\\][\w.$@-]+(?:[/\\][\w.$@{}-]*)*$/,
  /^(?:https?|file|vault|op|arn|aws|awssm|gcp|gcpsm|azkv|sops|env|ref|secretref|projects|kms|ssm|keyring|doppler)[:/]/i,
  /^(?:process\.env|os\.|env\.|ENV|var\.|local\.|data\.|module\.|secrets?\.|config\.|self\.|this\.|params?\.|System\.|Deno\.|import\.meta)/,
  /^[\w.]+\(|^\w+\[/,
  /0123456789|12345678|abcdef(?:gh|\.01)|deadbeef/i,
  /^sha(?:1|256|384|512):/i,
  /aws4_request/,
]

/** Whether a value only marks the place of a secret, or says where it is kept. */
export function isPlaceholder(value: string): boolean {
  if (value.length > 400) return false
  return standIns.has(value.toLowerCase()) || forms.some((form) => form.test(value))
}

/** Whether nobody would write this as a word: letters mixed with figures or signs, or in no case that words have. */
export function looksRandom(value: string, shortest: number): boolean {
  if (value.length < shortest || isHashOrName(value)) return false
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(value)).length
  if (kinds >= 3) return true
  const figures = value.match(/\d/g)?.length ?? 0
  if (figures >= 2 && figures < value.length && value.length >= 8) return true
  return value.length >= 16 && /[a-z][A-Z].*[a-z][A-Z]/.test(value) && !/^[a-z]+(?:[A-Z][a-z]+)+$/.test(value)
}

/** Digests, identifiers and the names of things: no secrets, however random they look. */
function isHashOrName(value: string): boolean {
  return (
    /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value) ||
    /^\$(?:2[abxy]|argon2\w*|5|6|y)\$/.test(value) ||
    /^v?\d+(?:\.\d+)+[\w.-]*$/.test(value) ||
    /^\d{4}-\d\d-\d\d/.test(value) ||
    /^[A-Za-z]+(?:[-_.'/][A-Za-z]+)+$/.test(value) ||
    /^[a-z]+(?:-[a-z0-9]{1,20}){2,}$/.test(value) ||
    /^[a-z]+(?:[-_.][a-z]+)*(?:[-_.]?\d{1,3})?$/.test(value)
  )
}
