/** Programs that people of the trade name in passing, beside those that the sources run. */
const programs =
  'ansible ansible-playbook apt-get argocd aws az brew bash certbot chmod chown cp crictl crontab ctr curl dd docker docker-compose dpkg etcdctl fdisk gcloud gh grep gsutil helm iptables istioctl journalctl jq kafka-topics kafka-topics.sh killall kubeadm kubectl ln ls lsof mkfs mongosh mv mysql mysqldump nc netstat nginx npm nslookup oc openssl patronictl pg_ctl pg_dump pg_restore pip pkill podman psql rabbitmqctl reboot redis-cli rm rsync scp sed shred shutdown ssh sudo supervisorctl swapoff sysctl systemctl tar tcpdump terraform tofu truncate ufw umount vi vim wget wipefs xargs yum zkcli zpool'.split(
    ' ',
  )

/** Words that go on a sentence behind a program's name, not its command line. */
const glue = new Set(
  'a an and are as be been before but by can command commands could did do does for from had has have if in into is it its itself may must of off on once only or output over per prints program reports returns runs says shows should so docs documentation help that the then there this to tool using via was when where which while will with without would you your not also again after cannot until now instead'.split(
    ' ',
  ),
)

/** Words that do harm by themselves, without anything behind them. */
const alone = new Set('flushall flushdb halt mkfs poweroff reboot shutdown wipefs'.split(' '))

/**
 * Commands written without the marks of code, as in "use redis-cli flushall": a program's name and what stands behind it
 * have to stand like that in what is cited, up to where the sentence goes on.
 * @returns What does not.
 */
export function bareCommandFaults(text: string, sources: readonly string[]): string[] {
  const runs = new Set([...programs, ...programsIn(sources)])
  const words = wordsOf(withoutFences(text))
  // Most sentences name no program: then the sources need not be read.
  if (!words.some((word) => runs.has(word) || alone.has(withoutEnd(word)))) return []
  const known = ` ${wordsOf(sources.join('\n')).join(' ')} `
  // What is quoted word for word is no command of the writer's.
  if (known.includes(` ${words.join(' ')} `)) return []
  return words.flatMap((word, at) => {
    const bare = withoutEnd(word)
    if (alone.has(bare) && !known.includes(bare)) return [bare]
    // At its own end, a sentence has no command.
    if (!runs.has(word)) return []
    return commandFault(words.slice(at, at + longestCommand), known) ?? []
  })
}

const longestCommand = 24

/** The command line that begins with these words, as far as it can be told; undefined: it stands in the sources. */
function commandFault(words: readonly string[], known: string): string | undefined {
  let length = 1
  while (length < words.length && isKnown(words.slice(0, length + 1), known)) length += 1
  for (let kept = length; kept >= 1; kept--) if (goesOn(words, kept)) return undefined
  return words.slice(0, length + 1).join(' ')
}

function isKnown(words: readonly string[], known: string): boolean {
  const line = words.join(' ')
  return known.includes(` ${line} `) || known.includes(` ${withoutEnd(line)}`)
}

/** Whether after so many words it's the sentence that goes on, not the command. */
function goesOn(words: readonly string[], kept: number): boolean {
  if (kept > 1 && /[.,;:!?。、]$/.test(words[kept - 1] ?? '')) return true
  const next = words[kept]
  if (next === undefined) return true
  if (!/^[\p{ASCII}]+$/u.test(next)) return true
  if (isValue(next)) return isMeasure(words, kept)
  // Alone, a program is named as other things are.
  if (kept === 1 && !/^[a-z][\w.:/-]*$/.test(next)) return true
  const word = withoutEnd(next)
  if (!glue.has(word) && (kept === 1 || !/(?:ly|ing|ed|[^s]s)$/.test(word))) return false
  const after = words[kept + 1]
  // "failover to 6379": what looks like the sentence is the command yet.
  return after === undefined || next !== word || !isValue(after) || isMeasure(words, kept + 1)
}

/** What is rather an argument than a word: an option, a path, a number, an operator. */
function isValue(word: string): boolean {
  return /\d|^[-+]\w|[=/\\$<>|&]/.test(word)
}

/** "5 minutes" belongs to a sentence. */
function isMeasure(words: readonly string[], at: number): boolean {
  return (
    /^\d+(?:\.\d+)?(?:ms|s|m|h|d|%)?[.,]?$/.test(words[at] ?? '') &&
    /^(?:seconds?|minutes?|hours?|days?|weeks?|times?|percent|replicas?|nodes?|steps?)\b/.test(words[at + 1] ?? '')
  )
}

function wordsOf(text: string): string[] {
  return plain(text)
    .split(
      /[\s"'“”「」（）()]+|(?<=[.,;:!?。、])(?=\D)|(?<=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー])(?=[\p{ASCII}])|(?<=[\p{ASCII}])(?=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])/u,
    )
    .filter((word) => word !== '')
}

function withoutEnd(word: string): string {
  return word.replace(/[.,;:!?]+$/, '')
}

/** Each line of fenced code is held against the sources as a whole elsewhere. */
function withoutFences(text: string): string {
  return text.replace(/^[ \t>]*(`{3,}|~{3,})[\s\S]*?^[ \t>]*\1[`~]*[ \t]*$/gm, ' . ')
}

/** What the sources' own code begins with. */
function programsIn(sources: readonly string[]): string[] {
  return sources.flatMap((source) =>
    [
      ...source.matchAll(
        /`([a-z][\w.]*-[\w.-]+|[a-z]{2,}(?:ctl|cli|sql)) [^`\n]+`|^\s*(?:\$ )?([a-z][\w.-]*-[\w.-]+|[a-z]{2,}ctl) \S/gm,
      ),
    ].map(([, inline, line]) => inline ?? line ?? ''),
  )
}

function plain(text: string): string {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      // The marks of a quotation are not what a command writes to.
      .replace(/^[ \t]*(?:>[ \t]?)+/gm, '')
      .replace(/\[([^\]\n]*)\]\([^)\n]*\)/g, '$1')
      // The bars of a table are no pipes.
      .replace(/^[ \t]*\|.*$/gm, (row) => row.replaceAll('|', ' . '))
      .replace(/[`*_]+(?=\s|$)|(?<=^|\s)[`*_]+|`|\[\d{1,3}\]/gm, ' ')
      .replace(/\s+/g, ' ')
      .replace(/ (?=[.,;:!?])/g, '')
      .trim()
  )
}
