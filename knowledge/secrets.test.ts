// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are examples of shell variables
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskSecrets } from './secrets.ts'

/** Stretches of random looks, and their like in hexadecimal; put together here so that no token stands in the source. */
const alnum = 'q7Zt4mB9xK2vN8cR5wL1pJ6hD3sF0gT7yU4aE9iO2kM5nV8bX1zC6qW3rP0dH7jG4uS'
const hex = '9f3b7c1d5e8a2046b9d1f7c3e5a8027491b6d8f0c2e4a7539d1b8f6e4c2a0573'
const some = (length: number) => alnum.slice(0, length)
const hexes = (length: number) => hex.slice(0, length)
const join = (...parts: string[]) => parts.join('')
const base64 = (text: string) => Buffer.from(text).toString('base64')
const secretWord = join('Sup3r', 'S3cret', '!x')
const jwt = join('eyJ', 'hbGciOiJIUzI1NiJ9', '.eyJ', 'zdWIiOiIxMjM0NTY3ODkwIn0', '.', some(43))

/** Each: the line, and what has to be gone from it. */
const secrets: [what: string, line: string, secret: string][] = [
  ['AWS access key', join('key id ', 'AK', 'IAQ7ZT4MB2XK2VN7CR'), join('AK', 'IAQ7ZT4MB2XK2VN7CR')],
  ['AWS temporary key', join('AS', 'IAQ7ZT4MB2XK2VN7CR is it'), join('AS', 'IAQ7ZT4MB2XK2VN7CR')],
  ['AWS secret key', `aws_secret_access_key = ${some(40)}`, some(40)],
  ['AWS secret in the environment', `export AWS_SECRET_ACCESS_KEY=${some(40)}`, some(40)],
  ['GitHub personal token', join('gh', 'p_', some(36)), some(36)],
  ['GitHub app token', join('use gh', 's_', some(36), ' for it'), some(36)],
  ['GitHub fine-grained token', join('github', '_pat_', some(22), '_', some(59)), some(59)],
  ['GitLab token', join('gl', 'pat-', some(20)), some(20)],
  ['GitLab runner token', join('gl', 'rt-', some(22)), some(22)],
  ['Slack bot token', join('xo', 'xb-123456789013-', some(24)), some(24)],
  ['Slack user token', join('xo', 'xp-98765432101-', some(24)), some(24)],
  ['Slack app token', join('xa', 'pp-1-A02XY-', some(40)), some(40)],
  ['Slack webhook', join('https://hooks.slack', '.com/services/T02AB/B03CD/', some(24)), some(24)],
  ['Discord webhook', join('https://discord', '.com/api/webhooks/987654321098765432/', some(60)), some(60)],
  ['Stripe key', join('sk', '_live_', some(24)), some(24)],
  ['Stripe restricted key', join('rk', '_test_', some(24)), some(24)],
  ['Stripe webhook secret', join('wh', 'sec_', some(32)), some(32)],
  ['OpenAI key', join('sk', '-', some(48)), some(48)],
  ['OpenAI project key', join('sk', '-proj-', some(48)), some(48)],
  ['Anthropic key', join('sk', '-ant-api03-', some(60)), some(60)],
  ['Google API key', join('AI', 'za', some(35)), some(35)],
  ['Google OAuth secret', join('GOC', 'SPX-', some(28)), some(28)],
  ['Google access token', join('ya', '29.', some(60)), some(60)],
  ['Notion token', join('nt', 'n_', some(46)), some(46)],
  ['Notion secret', join('secret', '_', some(43)), some(43)],
  ['npm token', join('//registry.npmjs.org/:_authToken=np', 'm_', some(36)), some(36)],
  ['PyPI token', join('py', 'pi-', some(60)), some(60)],
  ['SendGrid key', join('S', 'G.', some(22), '.', some(43)), some(43)],
  ['Twilio key', join('S', 'K', hexes(32)), hexes(32)],
  ['Mailgun key', join('ke', 'y-', hexes(32)), hexes(32)],
  ['Mailchimp key', join(hexes(32), '-us', '12'), hexes(32)],
  ['Datadog key', `DD_API_KEY=${hexes(32)}`, hexes(32)],
  ['Datadog key in YAML', `  api_key: ${hexes(32)}`, hexes(32)],
  ['DigitalOcean token', join('do', 'p_v1_', hexes(64)), hexes(64)],
  ['Vault token', join('hv', 's.', some(24)), some(24)],
  ['Terraform token', join(some(14), '.atlas', 'v1.', some(60)), some(60)],
  ['Hugging Face token', join('h', 'f_', some(34)), some(34)],
  ['Databricks token', join('da', 'pi', hexes(32)), hexes(32)],
  ['Shopify token', join('shp', 'at_', hexes(32)), hexes(32)],
  ['Linear key', join('lin', '_api_', some(40)), some(40)],
  ['Grafana token', join('gl', 'sa_', some(32), '_', hexes(8)), some(32)],
  ['New Relic key', join('NR', 'AK-', some(27).toUpperCase()), some(27).toUpperCase()],
  ['Docker Hub token', join('dck', 'r_pat_', some(27)), some(27)],
  ['Atlassian token', join('ATA', 'TT3', some(60), '=AB12'), some(60)],
  ['Azure client secret', join('abc', '8Q', '~', some(34)), some(34)],
  [
    'Azure storage',
    join('DefaultEndpointsProtocol=https;AccountName=ops;Account', `Key=${some(60)}${some(26)}==;`),
    some(60),
  ],
  ['Azure SAS', `https://ops.blob.core.windows.net/c?sv=2022&sig=${some(43)}%3D&se=2030`, some(43)],
  ['age key', join('AGE-SECRET', '-KEY-1', some(58).toUpperCase()), some(58).toUpperCase()],
  ['Telegram bot', join('8765432109', ':AA', some(33)), some(33)],
  ['JWT', `a token ${jwt} of a session`, jwt],
  ['bearer header', `curl -H "Authorization: Bearer ${some(32)}" https://api`, some(32)],
  ['basic header', `Authorization: Basic ${base64(`ops:${secretWord}`)}`, base64(`ops:${secretWord}`)],
  ['token header', `Authorization: token ${some(40)}`, some(40)],
  ['API key header', `curl -H 'X-Api-Key: ${some(24)}' https://api`, some(24)],
  ['Vault header', `X-Vault-Token: ${some(26)}`, some(26)],
  ['PostgreSQL URL', `postgres://ops:${secretWord}@db.internal:5432/ops`, secretWord],
  ['Redis URL', `redis://:${secretWord}@cache:6379/0`, secretWord],
  ['MongoDB URL', `mongodb+srv://admin:${secretWord}@cluster0.ab.mongodb.net`, secretWord],
  ['AMQP URL', `amqp://guest2:${secretWord}@mq/vhost`, secretWord],
  ['git URL', join('https://oauth2:', some(20), '@gitlab.internal/a/b.git'), some(20)],
  ['JDBC URL', `jdbc:mysql://db/ops?user=ops&password=${secretWord}&ssl=1`, secretWord],
  ['ADO connection string', `Server=db;User Id=sa;Password=${secretWord};Encrypt=true`, secretWord],
  ['password in YAML', 'password: hunter2', 'hunter2'],
  ['password of letters alone', 'db_password: correcthorse', 'correcthorse'],
  ['quoted password', `"password": "${secretWord}",`, secretWord],
  ['password in the environment', 'PGPASSWORD=blackbird psql -h db', 'blackbird'],
  ['password in an .env file', `DB_PASS='${secretWord}'`, secretWord],
  ['password in a Ruby hash', `'password' => '${secretWord}'`, secretWord],
  ['password flag', `mytool --password ${secretWord} --verbose`, secretWord],
  ['password flag with =', `mytool --db-password=${secretWord}`, secretWord],
  ['password in a cell', `| password | \`${secretWord}\` |`.replace('| `', ': `'), secretWord],
  ['MySQL flag', `mysql -h db -uroot -p${secretWord} ops`, secretWord],
  ['sshpass', `sshpass -p '${secretWord}' ssh root@host`, secretWord],
  ['redis-cli', `redis-cli -h cache -a ${secretWord} ping`, secretWord],
  ['redis.conf', `requirepass ${secretWord}`, secretWord],
  ['docker login', `docker login -u ops -p ${secretWord} registry`, secretWord],
  ['curl user', `curl -u ops:${secretWord} https://api`, secretWord],
  ['SQL', `ALTER USER ops WITH PASSWORD '${secretWord}';`, secretWord],
  ['MySQL SQL', `CREATE USER ops IDENTIFIED BY '${secretWord}';`, secretWord],
  ['Kubernetes literal', `kubectl create secret generic db --from-literal=password=${secretWord}`, secretWord],
  ['Kubernetes Secret', `  password: ${base64(secretWord)}`, base64(secretWord)],
  [
    'kubeconfig key',
    join('client-key-data: ', base64(join('-----BEGIN RSA PRIV', 'ATE KEY-----\nMIIE', alnum))),
    'LS0tLS1',
  ],
  ['kubeadm token', 'kubeadm join 10.0.0.1:6443 --token k3j9x2.q8w7e6r5t4y3u2i1', 'k3j9x2.q8w7e6r5t4y3u2i1'],
  ['kubeadm certificate key', `kubeadm join --certificate-key ${hexes(64)}`, hexes(64)],
  ['Docker config', `"auth": "${base64(`ops:${secretWord}`)}"`, base64(`ops:${secretWord}`)],
  ['.netrc', `machine api login ops password ${secretWord}`, secretWord],
  ['.pgpass', `db.internal:5432:ops:admin:${secretWord}`, secretWord],
  ['client secret', `client_secret=${some(32)}`, some(32)],
  ['session cookie', `Cookie: session=${some(40)}`, some(40)],
  ['access token in a query', `https://api/x?access_token=${some(32)}&a=1`, some(32)],
  ['PagerDuty routing key', `routing_key: ${hexes(32)}`, hexes(32)],
  ['Japanese password', `パスワード：${secretWord}`, secretWord],
  ['Japanese password in a sentence', `管理画面のパスワードは「${secretWord}」です。`, secretWord],
  ['Japanese API key', `APIキー: ${some(32)}`, some(32)],
  ['password in a sentence', `The root password is ${secretWord}.`, secretWord],
]

const innocent: [what: string, line: string][] = [
  ['angle brackets', 'password: <PASSWORD>'],
  ['a variable', 'PGPASSWORD=$PASSWORD psql'],
  ['a braced variable', 'token: ${GITHUB_TOKEN}'],
  ['a command', 'TOKEN=$(oc whoami -t)'],
  ['a quoted variable', 'curl -H "Authorization: Bearer ${TOKEN}" https://api'],
  ['a template', 'password: {{ .Values.db.password }}'],
  ['a workflow secret', 'token: ${{ secrets.GITHUB_TOKEN }}'],
  ['stars', 'password: ********'],
  ['crosses', 'api_key: xxxxxxxxxxxxxxxx'],
  ['dots', 'secret: ...'],
  ['YOUR_API_KEY', 'api_key: YOUR_API_KEY'],
  ['your-token-here', 'token: your-token-here'],
  ['changeme', 'password: changeme'],
  ['a word in capitals', 'password=PASSWORD'],
  ['a reference to a Secret', 'secretKeyRef:\n  name: db-credentials\n  key: password'],
  ['the name of a Secret', 'secretName: my-app-tls'],
  ['a Secret to use', 'existingSecret: postgres-auth'],
  ['a Secret by name', '  secret: cluster-example-superuser'],
  ['a Secret with a number', 'secret: grafana-admin-2'],
  ['a password file', 'mytool --password-file /run/secrets/db'],
  ['a token file', 'token_file: /var/run/secrets/kubernetes.io/serviceaccount/token'],
  ['a password read from input', 'docker login -u ops --password-stdin'],
  ['a policy', 'password_policy: strict'],
  ['a minimum', 'password_min_length: 12'],
  ['a number of tokens', 'max_tokens: 4096'],
  ['a type', 'password: string'],
  ['a required field', 'token: required'],
  ['null', 'password: null'],
  ['an empty value', 'password: ""'],
  ['a boolean', 'enable_password: true'],
  ['a path', 'private_key: /etc/ssl/private/tls.key'],
  ['a URL of tokens', 'token_url: https://login.example.com/oauth/token'],
  ['a git commit', 'commit 4d719f1dea88b0c2e4a7539d1b8f6e4c2a057311'],
  ['a UUID', 'token: 3f2504e0-4f89-11d3-9a0c-0305e82c3301'],
  ['a digest', `image: app@sha256:${hexes(64)}`],
  ['a checksum', `sha256: ${hexes(64)}`],
  ['a CA hash', `--discovery-token-ca-cert-hash sha256:${hexes(64)}`],
  [
    'a certificate',
    '-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBa\n-----END CERTIFICATE-----',
  ],
  ['certificate data', `certificate-authority-data: ${base64('-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIE')}`],
  ['a public key', `-----BEGIN PUBLIC KEY-----\n${some(60)}\n-----END PUBLIC KEY-----`],
  ['an SSH public key', `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${some(40)} ops@host`],
  ['a private key left out', '-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----'],
  ['a bcrypt hash', `password_hash: $2y$10$${some(53)}`],
  ['a sentence about passwords', 'Password: the password of the database user, at least 8 characters.'],
  ['a sentence about tokens', 'The token is valid for 24 hours; tokens expire after that.'],
  ['a question', 'Is the password wrong? Reset the password in the console.'],
  ['a log line', 'error: password authentication failed for user "postgres"'],
  ['a log of a refusal', 'token: invalid or expired, reason: 401'],
  ['an API field', 'spec.superuserSecret: see the reference'],
  ['a Kubernetes Secret list', 'Mountable secrets:   prometheus-k8s-dockercfg-6wl6b'],
  ['a token of a service account', 'Tokens:              default-token-x7k2p'],
  ['an AWS example', join('AK', 'IAIOSFODNN7EXAMPLE')],
  ['an AWS example secret', 'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
  ['a kubeadm example', 'kubeadm join --token abcdef.0123456789abcdef 10.0.0.1:6443'],
  ['a URL without a password', 'postgres://ops@db.internal:5432/ops'],
  ['a URL with a placeholder', 'postgres://user:<password>@db:5432/ops'],
  ['a URL with a variable', 'https://oauth2:${CI_JOB_TOKEN}@gitlab.internal/a.git'],
  ['a URL with a port and an @', 'https://host:8443/path/@scope/package'],
  ['a vault path', 'password: vault:secret/data/db#password'],
  ['an ARN', 'secret: arn:aws:secretsmanager:eu-west-1:123456789012:secret:db'],
  ['a call', 'password = get_password("db")'],
  ['an environment lookup', 'token: process.env.GITHUB_TOKEN'],
  ['a Terraform reference', 'password = random_password.db.result'],
  ['a metric', 'rate(apiserver_authentication_token_requests_total[5m]) > 0.1'],
  ['an identifier that begins like a key', 'the sk-learn package and the key-value store of risk-assessments-and-more'],
  ['a pod', 'pod/task-runner-7d9f8b6c5d-x2x7k'],
  ['a long flag', '--authorization-always-allow-paths=/healthz,/readyz'],
  ['a token review', 'tokenReview: authentication.k8s.io/v1'],
  ['a list of keys', 'keys: name, value, type'],
  ['a Japanese sentence', 'パスワードは管理者に確認してください。トークンは24時間有効です。'],
  ['a Japanese placeholder', 'パスワード: ＜お客様のパスワード＞'],
  ['an event of a key', 'key: kubernetes.io/hostname'],
  ['a password explained', '**password**: Basic-auth password to protect the endpoints.'],
  ['words in a URL', 'https://accessKey:secretKey@replica:9000/bucket'],
  ['a signed request', 'Credential=ops/20240509/us-east-1/s3/aws4_request,SignedHeaders=host'],
  ['names in quotes', "Clusters can be identified by 'server', 'name', or both."],
  ['a private key redacted', '-----BEGIN PRIVATE KEY-----\\nREDACTED\\n-----END PRIVATE KEY-----'],
  ['a mask', 'password: [masked:password]'],
  ['base64 of an image', `data:image/png;base64,iVBORw0KGgo${some(60)}`],
]

const table = (headings: string, ...rows: string[]) =>
  [headings, headings.replaceAll(/[^|]+/g, ' --- '), ...rows].map((row) => `| ${row} |`).join('\n')

const tableSecrets: [what: string, table: string, secret: string][] = [
  ['a password column', table('User | Password', `root | ${secretWord}`), secretWord],
  ['a password in code', table('User | Password', `root | \`${secretWord}\``), secretWord],
  ['a password that is a word', table('Username | Password', 'root | correcthorse'), 'correcthorse'],
  ['a word in code', table('Login | Pass', 'root | `opensesame`'), 'opensesame'],
  ['a heading in bold', table('Host | **Password**', `db | ${secretWord}`), secretWord],
  ['a heading with a remark', table('Host | Root password (prod)', `db | ${secretWord}`), secretWord],
  ['a column between others', table('Env | Password | Notes', `prod | ${secretWord} | rotated`), secretWord],
  ['a Japanese heading', table('ユーザー | パスワード', `root | ${secretWord}`), secretWord],
  ['a longer Japanese heading', table('環境 | 初期パスワード（本番）', `本番 | ${secretWord}`), secretWord],
  ['a Japanese heading over a word', table('アカウント | パスワード', 'root | correcthorse'), 'correcthorse'],
  ['a PIN', table('ドア | 暗証番号', 'サーバー室 | 48d2915'), '48d2915'],
  ['a token column', table('Service | API key', `billing | ${some(24)}`), some(24)],
  ['a Japanese token column', table('用途 | トークン', `配信 | ${some(24)}`), some(24)],
  ['a row by name', table('Setting | Value', `password | ${secretWord}`), secretWord],
  ['a Japanese row by name', table('項目 | 値', `パスワード | ${secretWord}`), secretWord],
  ['a table in a quote', `> User | Password\n> --- | ---\n> root | ${secretWord}`, secretWord],
  ['a table without outer bars', `User | Password\n--- | ---\nroot | ${secretWord}`, secretWord],
]

const innocentTables: [what: string, table: string][] = [
  ['where it is kept', table('User | Password', 'root | Vault', 'admin | 1Password', 'ops | LDAP')],
  ['how often it changes', table('Account | Password', 'root | rotated', 'ops | monthly', 'ci | never')],
  ['whether there is one', table('User | Password', 'root | yes', 'ops | No', 'ci | n/a', 'db | -', 'web | ✓')],
  ['a policy', table('Rule | Password', 'Length | 12 characters', 'Age | 90 days')],
  ['a path to it', table('Service | Password', 'db | vault:secret/db#password', 'web | /run/secrets/web')],
  ['a placeholder', table('User | Password', 'root | <password>', 'ops | ********', 'ci | $CI_PASSWORD')],
  ['a link to it', table('User | Password', 'root | [Vault](https://vault.internal/ui)')],
  ['a mask', table('User | Password', 'root | [masked:password]')],
  ['a schema', table('Column | Type', 'password | varchar(255)', 'token | text', 'user | bigint')],
  ['settings', table('Parameter | Description', 'password | The password of the user', 'token | Optional')],
  ['defaults', table('Parameter | Default', 'password | ""', 'auth.password | nil', 'token | null')],
  ['an error', table('Code | Meaning', 'password | wrong', '28P01 | invalid_password')],
  ['another column of random looks', table('Password | Commit', 'yes | 4d719f1dea88b0c2e4a7539d1b8f6e4c2a057311')],
  ['a Japanese policy', table('項目 | パスワード', '文字数 | 12文字以上', '変更 | 必須', '保管 | 同上')],
  ['a count of tokens', table('Model | Tokens', 'small | 8192', 'large | 128000')],
  ['a heading about keys', table('Key | Action', 'Ctrl+C | stop', 'g7 | go')],
  ['no table', 'The password | hunter22 | is said to be old'],
]

describe('maskSecrets', () => {
  it.each(secrets)('masks: %s', (_, line, secret) => {
    expect(line).toContain(secret)
    const masked = maskSecrets(`before\n${line}\nafter`)
    expect(masked.text).not.toContain(secret)
    expect(masked.text).toMatch(/^before\n.*\[masked:[a-z-]+\].*\nafter$/)
    expect(masked.count).toBe(1)
  })

  it.each(innocent)('leaves alone: %s', (_, line) => {
    expect(maskSecrets(line)).toEqual({ text: line, count: 0 })
  })

  it.each(tableSecrets)('masks in a table: %s', (_, table, secret) => {
    const masked = maskSecrets(table)
    expect(masked.text).not.toContain(secret)
    expect(masked.text).toMatch(/\[masked:[a-z-]+\]/)
    expect(masked.text.split('\n').map((row) => row.split('|').length)).toEqual(
      table.split('\n').map((row) => row.split('|').length),
    )
  })

  it.each(innocentTables)('leaves alone in a table: %s', (_, table) => {
    expect(maskSecrets(table)).toEqual({ text: table, count: 0 })
  })

  it('masks every row of a column, and counts them', () => {
    const table =
      '| Host | User | Password |\n| :- | - | -: |\n| a | root | blue7sky |\n| b | root | `red|sun` |\n| c | root | red9sun |\n'
    expect(maskSecrets(table).text).toContain('| c | root | [masked:password] |')
    expect(maskSecrets(`${table}\n\n| d | root | blue7sky |`).text).toContain('| d | root | blue7sky |')
  })

  it('knows at least sixty forms of secrets and sixty that look like them', () => {
    expect(secrets.length).toBeGreaterThanOrEqual(60)
    expect(innocent.length).toBeGreaterThanOrEqual(60)
  })

  it('replaces only the secret', () => {
    expect(maskSecrets(`postgres://ops:${secretWord}@db:5432/ops # main`).text).toBe(
      'postgres://ops:[masked:password]@db:5432/ops # main',
    )
    expect(maskSecrets(`{"password": "${secretWord}", "port": 5432}`).text).toBe(
      '{"password": "[masked:password]", "port": 5432}',
    )
  })

  it('masks each line of a private key, keeps their number, and counts one', () => {
    const key = [
      join('-----BEGIN RSA PRIV', 'ATE KEY-----'),
      `  ${some(64)}`,
      `  ${some(60)}`,
      `  ${some(12)}=`,
      join('-----END RSA PRIV', 'ATE KEY-----'),
    ]
    const masked = maskSecrets(['a', ...key, 'b'].join('\n'))
    expect(masked.count).toBe(1)
    expect(masked.text.split('\n')).toEqual([
      'a',
      key[0],
      ...Array.from({ length: 3 }, () => '  [masked:private-key]'),
      key[4],
      'b',
    ])
  })

  it('masks a private key written on one line, and one that never ends', () => {
    const head = join('-----BEGIN PRIV', 'ATE KEY-----')
    const tail = join('-----END PRIV', 'ATE KEY-----')
    expect(maskSecrets(`"key": "${head}\\n${some(64)}\\n${tail}\\n"`).text).toBe(
      `"key": "${head}\\n[masked:private-key]\\n${tail}\\n"`,
    )
    expect(maskSecrets(`${head}\n${some(64)}\nThe text goes on.`).text).toBe(
      `${head}\n[masked:private-key]\nThe text goes on.`,
    )
  })

  it('masks the whole of a value alone on its line, whatever signs it has', () => {
    expect(maskSecrets(`export DB_PASSWORD=${join('a1,b2&', 'c3;d4')}\npassword: ${join('x)9', '}k')}\n`).text).toBe(
      'export DB_PASSWORD=[masked:password]\npassword: [masked:password]\n',
    )
  })

  it('counts every secret', () => {
    expect(maskSecrets(`password: ${secretWord}\n${join('gh', 'p_', some(36))}\n`).count).toBe(2)
  })

  it('changes nothing when it is applied again, whatever the text', () => {
    expect.hasAssertions()
    const line = fc.oneof(fc.constantFrom(...secrets.map(([, text]) => text)), fc.string())
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const once = maskSecrets(lines.join('\n')).text
        expect(maskSecrets(once).text).toBe(once)
        expect(once.split('\n')).toHaveLength(lines.join('\n').split('\n').length)
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['letters', 'a'],
    ['names', 'password='],
    ['flags', '--token '],
    ['keys', 'secret: '],
    ['colons', '://a:'],
    ['tokens', 'eyJ'],
    ['beginnings', join('-----BEGIN PRIV', 'ATE KEY-----\n')],
    ['quotes', 'password="'],
    ['blanks', 'password          '],
    ['curl', 'curl -u '],
    ['cells', '| password '],
    ['tables', '| password |\n|-|\n'],
    ['headers', 'Authorization: Bearer '],
    ['dashes', '-us1'],
    ['blanks after a beginning', `${join('-----BEGIN PRIV', 'ATE KEY-----')}${' '.repeat(1_000_000)}x`],
  ])('takes a megabyte of %s in its stride', (_, piece) => {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length))
    expect(maskSecrets(text).text.split('\n')).toHaveLength(text.split('\n').length)
  })
})
