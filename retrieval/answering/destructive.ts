import type { AnswerWarning } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'

/** Commands that take away what nothing brings back, or that switch off the question whether one is sure. */
const destructive: readonly RegExp[] = [
  /\brm\s+(?:-\w*\s+)*-\w*[rf]\w*\b/,
  /\b(?:kubectl|oc)\b[^\n`|;&]*\bdelete\b/,
  /\b(?:drop|truncate)\s+(?:table|database|schema|user|role|index|tablespace)\b/i,
  /\bdelete\s+from\s+\w+/i,
  /(?<![\w-])--force(?:-\w+)?\b|--grace-period=0|--now\b.*\bdisable\b|--no-preserve-root|--disable-eviction|--delete-emptydir-data/,
  /\b(?:mkfs(?:\.\w+)?|wipefs|fdisk|sgdisk|shred)\b|\bdd\s+if=/,
  /\bterraform\s+destroy\b|\bhelm\s+(?:uninstall|delete)\b|\bdocker\s+(?:system\s+prune|rm|rmi|volume\s+rm)\b|\bcrictl\s+rmi?\b/,
  /\bgit\s+(?:push\s+(?:-f\b|--force)|reset\s+--hard|clean\s+-\w*f)/,
  /\bkubeadm\s+reset\b|\betcdctl\b[^\n`]*\b(?:member remove|del)\b|\bflushall\b|\bflushdb\b/i,
  /\baws\s+[^\n`]*\b(?:delete|terminate)-[\w-]+|\bgcloud\s+[^\n`]*\bdelete\b|\baz\s+[^\n`]*\bdelete\b/,
  /\bkill(?:all)?\s+-(?:9|KILL|SIGKILL)\b|\b(?:shutdown|reboot|poweroff)\b\s+(?:-\w|now)/,
]

function isDestructive(text: string): boolean {
  return destructive.some((pattern) => pattern.test(text))
}

/** Names each destructive command of an answer together with the sentence that stands before it. */
export function destructiveWarnings(answer: string, lang: Lang): AnswerWarning[] {
  const warnings = new Map<string, AnswerWarning>()
  let before = ''
  let inFence = false
  for (const line of answer.split('\n')) {
    if (/^\s*(?:`{3,}|~{3,})/.test(line)) {
      inFence = !inFence
      continue
    }
    const commands = inFence ? [line.trim()] : [...line.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span ?? '')
    for (const command of commands)
      if (isDestructive(command)) warnings.set(command, warningOf(command, inFence ? before : line, lang))
    if (!inFence && /[\p{L}\d]/u.test(line.replace(/\[\d+\]/g, ''))) before = line
  }
  return [...warnings.values()]
}

function warningOf(command: string, sentence: string, lang: Lang): AnswerWarning {
  const context = sentence
    .replace(/\s*\[\d+\]/g, '')
    .replace(/^[\s\-*>]*(?:\d+\.\s+)?/, '')
    .trim()
  const message =
    lang === 'ja'
      ? `取り消せない操作です：\`${command}\`。実行する前に必ず読んでください：「${context}」`
      : `This cannot be undone: \`${command}\`. Read before you run it: "${context}"`
  return { code: 'destructive_command', message }
}
