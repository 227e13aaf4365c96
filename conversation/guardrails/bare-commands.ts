/** Programs that people of the trade name in passing, beside those that the sources run. */
const programs =
  'ansible ansible-playbook apt-get argocd aws az brew bash certbot chmod chown cp crictl crontab ctr curl dd docker docker-compose dpkg etcdctl fdisk gcloud gh grep gsutil helm iptables istioctl journalctl jq kafka-topics kafka-topics.sh killall kubeadm kubectl ln ls lsof mkfs mongosh mv mysql mysqldump nc netstat nginx npm nslookup oc openssl patronictl pg_ctl pg_dump pg_restore pip pkill podman psql rabbitmqctl reboot redis-cli rm rsync scp sed shred shutdown ssh sudo supervisorctl swapoff sysctl systemctl tar tcpdump terraform tofu truncate ufw umount vi vim wget wipefs yum zkcli zpool'.split(
    ' ',
  )

/** Words that go on a sentence behind a program's name, not its command line. */
const glue = new Set(
  'a an and are as be been before but by can command commands could did do does for from had has have if in into is it its itself may must of off on once only or output over per prints program reports returns runs says shows should so that the then there this to tool using via was when where which while will with without would you your not also again after cannot until now instead'.split(
    ' ',
  ),
)

/**
 * Commands written without the marks of code, as in "use redis-cli flushall": a program's name and the word behind it
 * have to stand like that in what is cited.
 * @returns What does not.
 */
export function bareCommandFaults(text: string, sources: readonly string[]): string[] {
  const known = plain(sources.join('\n'))
  const runs = new Set([...programs, ...programsIn(sources)])
  const words = plain(text).split(/[\s"'“”「」（）()]+|(?<=[.,;:!?。、])/)
  return words.flatMap((word, at) => {
    const next = words[at + 1] ?? ''
    if (!runs.has(word) || !/^[a-z][\w.:/-]*$/.test(next) || glue.has(next)) return []
    return known.includes(`${word} ${next.replace(/[.:]+$/, '')}`) ? [] : [`${word} ${next}`]
  })
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
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[`*_]+(?=\s|$)|(?<=^|\s)[`*_]+|`/gm, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ (?=[.,;:!?])/g, '')
}
