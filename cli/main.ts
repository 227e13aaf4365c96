import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { durationMs } from '#runtime/config/duration.ts'
import { ConfigError, OpsError, reasonOf } from '#runtime/errors.ts'
import { createLog } from '#runtime/log.ts'
import { shutdownSignal } from '#runtime/shutdown.ts'
import { readConfig } from './configuration.ts'
import type { Invocation } from './invocation.ts'
import { type GlobalOptions, processOutput } from './output.ts'
import { version } from './version.ts'

const shutdownDeadlineMs = 15_000
/** To close what is open once nobody talks any more. */
const farewellMs = 5000
const badUsage = 2

class BadLanguage extends InvalidArgumentError {}

function language(text: string): 'en' | 'ja' {
  if (text === 'en' || text === 'ja') return text
  throw new BadLanguage('Answers are given in en or ja.')
}

function count(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
  }
}

function webAddress(text: string): string {
  if (URL.canParse(text) && new URL(text).protocol === 'https:') return text
  throw new InvalidArgumentError('It must be an https:// address.')
}

const anySize = count(1, 100_000_000)

function sizes(text: string): number[] {
  return text.split(',').map((size) => anySize(size))
}

function repeated(value: string, before: string[] = []): string[] {
  return [...before, value]
}

/** Hands a command (loaded only now, so that `--help` is quick) what it needs, and turns what it throws into an exit code and a sentence. */
function running(work: (invocation: Invocation) => Promise<void>, options: GlobalOptions): Promise<void> {
  const output = processOutput(options)
  const invoke = async () => {
    const config = readConfig(options)
    const log = createLog({ level: config.env.LOG_LEVEL, content: config.env.LOG_CONTENT })
    const talkingMs = durationMs(config.settings.voice.drain_for) ?? 0
    const signal = shutdownSignal(log, Math.max(shutdownDeadlineMs, talkingMs + farewellMs))
    await work({ config, log, output, signal })
  }
  return invoke().catch((error: unknown) => {
    const unexpected = `${reasonOf(error)} (LOG_LEVEL=debug shows where)`
    process.stderr.write(`nightdesk: ${error instanceof OpsError ? error.userMessage : unexpected}\n`)
    if (process.env.LOG_LEVEL === 'debug' && error instanceof Error) process.stderr.write(`${error.stack}\n`)
    process.exitCode = error instanceof ConfigError ? badUsage : 1
  })
}

function program(): Command {
  const nightdesk = new Command('nightdesk')
    .description("Answers on-call engineers' questions from their own docs, with cited, dated sources.")
    .version(version)
    .showHelpAfterError('(see nightdesk --help)')
    .exitOverride()
  const add = (usage: string, description: string, to = nightdesk) =>
    to
      .command(usage)
      .description(description)
      .option('--data-dir <dir>', 'where everything is kept (default: .nightdesk)')
      .option('--config <file>', 'settings (default: nightdesk.yaml in this folder, if there is one)')
      .option('--json', 'print one JSON document')
      .exitOverride()

  add('start', 'everything in one process: sync, retrieval, web page; without sources, the shipped sample docs')
    .option('--docs <dir>', 'a folder of documents; may be given several times', repeated)
    .option('--port <port>', 'where to listen (default: PORT or 4000)', count(0, 65_535))
    .action((options) =>
      running(async (invocation) => (await import('./commands/start.ts')).startCommand(invocation, options), options),
    )
  add('worker', 'syncs by way of the queue, and nothing else: as many as wanted on one REDIS_URL')
    .option('--docs <dir>', 'a folder of documents; may be given several times', repeated)
    .option('--concurrency <n>', 'documents read side by side', count(1, 1000), 8)
    .action((options) =>
      running(async (invocation) => (await import('./commands/worker.ts')).workerCommand(invocation, options), options),
    )
  add('queue [source]', 'what waits to be synced, what runs, and what failed and why')
    .option('--retry', 'have what failed tried again now')
    .option('--entry <name>', 'only this document; may be given several times', repeated)
    .action((source: string | undefined, options) =>
      running(
        async (invocation) => (await import('./commands/queue.ts')).queueCommand(invocation, source, options),
        options,
      ),
    )
  add('ingest [source...]', 'one sync of files:DIR, github:OWNER/REPO[@REF][:PATH], or of all configured sources')
    .option('--full', 'read and index everything again')
    .option('--dry-run', 'only say what would change')
    .action((sources: string[], options) =>
      running(
        async (invocation) => (await import('./commands/ingest.ts')).ingestCommand(invocation, sources, options),
        options,
      ),
    )
  add('ask <question>', 'one answer with citations')
    .option('--lang <lang>', 'language of the answer: en or ja (default: that of the question)', language)
    .option('--principal <name>', 'ask as this configured principal, seeing only what they may see')
    .action((question: string, options) =>
      running(
        async (invocation) => (await import('./commands/ask.ts')).askCommand(invocation, question, options),
        options,
      ),
    )
  add('talk', 'one spoken turn through the voice loop, without a microphone; events go to stderr, a line each')
    .option('--wav <file>', 'speech to be answered (needs DEEPGRAM_API_KEY)')
    .option('--text <text>', 'what was said, where nothing can hear it')
    .option('--out <file>', 'write the spoken answer as a WAV file')
    .option('--lang <lang>', 'language of the answer: en or ja (default: that of the question)', language)
    .option('--principal <name>', 'talk as this configured principal')
    .option('--conversation <id>', 'go on with this conversation, on whatever channel it began')
    .option('--record <file>', 'write down everything that happens, to be replayed')
    .option('--replay <file>', 'take recorded turns again and compare; asks nothing of anybody')
    .action((options) =>
      running(async (invocation) => (await import('./commands/talk.ts')).talkCommand(invocation, options), options),
    )
  add('search <query>', 'ranked passages, no answer')
    .option('--limit <n>', 'how many', count(1, 100), 10)
    .option('--lang <lang>', 'language of the query: en or ja', language)
    .option('--principal <name>', 'search as this configured principal')
    .action((query: string, options) =>
      running(
        async (invocation) => (await import('./commands/search.ts')).searchCommand(invocation, query, options),
        options,
      ),
    )
  add('verify <document-id>', 'records that a document is still true')
    .requiredOption('--by <name>', 'who says so')
    .option('--evergreen <reason>', 'it never goes stale, and why')
    .action((id: string, options) =>
      running(
        async (invocation) => (await import('./commands/verify.ts')).verifyCommand(invocation, id, options),
        options,
      ),
    )
  add('eval', 'runs a question set over what is loaded, or over folders in a store of its own')
    .requiredOption('--set <file>', 'questions, one JSON object a line')
    .option('--docs <dir>', 'a folder of documents; may be given several times', repeated)
    .option('--html <file>', 'write a page with charts and every failure')
    .option('--baseline <file>', 'an earlier --json report, or a table of baselines, to compare with')
    .option('--retrieval-only', 'search without answering')
    .action((options) =>
      running(async (invocation) => (await import('./commands/eval.ts')).evalCommand(invocation, options), options),
    )
  add('bench', 'the benchmarks, each beside its peers')
    .addArgument(
      new Argument('[name]', 'without it: what there is').choices([
        'conversation',
        'gateway',
        'ingest',
        'search',
        'turn-taking',
        'voice',
        'voice-network',
        'workers',
        'chaos-ingest',
        'notion',
        'worker-memory',
        'webhook',
      ] as const),
    )
    .option('--corpus <dir>', 'real text to grow from (default: the shipped samples)')
    .option('--sizes <list>', 'passages to search, comma-separated', sizes, [10_000, 100_000])
    .option('--documents <n>', 'documents to ingest (default: 10000, or what the benchmark says)', count(1, 1_000_000))
    .option('--kills <n>', 'chaos-ingest: how often something is killed', count(1, 100_000), 200)
    .option(
      '--seed <n>',
      'another seed has other victims (chaos-ingest), other losses (voice-network)',
      count(0, 1_000_000),
      1,
    )
    .addOption(
      new Option('--engines <which>', 'chaos-ingest, worker-memory: only these').choices([
        'embedded',
        'scale-out',
      ] as const),
    )
    .option('--turns <n>', 'voice, voice-network: turns, and interruptions, that are timed', count(1, 10_000), 36)
    .option('--sessions <list>', 'voice: how many talk at once, comma-separated', sizes, [1, 20])
    .option('--minutes <n>', 'voice: how long they do', count(1, 600), 5)
    .option('--no-peers', 'leave the peers out')
    .option('--html <file>', 'write a page with bars')
    .action((name, options) =>
      running(
        async (invocation) => (await import('./commands/bench.ts')).benchCommand(invocation, name, options),
        options,
      ),
    )
  const slackBot = add('slack-bot', 'answers in Slack, and nothing else: as many as wanted on one DATABASE_URL')
    .option('--port <port>', 'where to listen for events over HTTP (default: PORT or 4000)', count(0, 65_535))
    .action((options) =>
      running(
        async (invocation) => (await import('./commands/slack-bot.ts')).slackBotCommand(invocation, options),
        options,
      ),
    )
  add('manifest', 'the Slack app to make, with the reason of every scope', slackBot)
    .option('--http <url>', 'events come to https://…/slack/events; default: by Socket Mode', webAddress)
    .option('--workspaces <url>', 'several workspaces install it: where people reach us, PUBLIC_URL', webAddress)
    .action((_, command: Command) => {
      // What both understand, --json say, is taken by the command around it.
      const options = command.optsWithGlobals<GlobalOptions & { http?: string; workspaces?: string }>()
      return running(
        async (invocation) => (await import('./commands/slack-bot.ts')).slackManifestCommand(invocation, options),
        options,
      )
    })
  add('voice-bot', 'talks, and nothing else: as many as wanted on one DATABASE_URL, or on one data directory')
    .option('--port <port>', 'where to listen (default: PORT or 4000)', count(0, 65_535))
    .action((options) =>
      running(
        async (invocation) => (await import('./commands/voice-bot.ts')).voiceBotCommand(invocation, options),
        options,
      ),
    )
  add('drill [name]', 'rehearses a failure, or `all`: how it is detected, what users notice, how it recovers')
    .option('--list', 'what can be rehearsed')
    .action((name: string | undefined, options) =>
      running(
        async (invocation) => (await import('./commands/drill.ts')).drillCommand(invocation, name, options),
        options,
      ),
    )
  const models = nightdesk.command('models').description('embedding models on this machine').exitOverride()
  add('list', 'what EMBEDDING_MODEL=local:NAME may name', models).action((options) =>
    running(async (invocation) => (await import('./commands/models.ts')).listModelsCommand(invocation), options),
  )
  add('pull <name>', 'downloads a model from the Hugging Face Hub (HF_ENDPOINT: another server)', models).action(
    (name: string, options) =>
      running(async (invocation) => (await import('./commands/models.ts')).pullModelCommand(invocation, name), options),
  )
  add('migrate', 'copies everything that is kept from the data directory to DATABASE_URL (and QDRANT_URL), or back')
    .addOption(
      new Option('--to <where>', 'scale-out: to the engines that are configured; embedded: back to the data directory')
        .choices(['scale-out', 'embedded'] as const)
        .makeOptionMandatory(),
    )
    .option('--overwrite', 'replace what the destination holds otherwise, and remove entries that the origin lacks')
    .addHelpText(
      'after',
      `
The origin is only read. Entries that the destination holds in the same revision are not copied
again, so a copy that broke off is gone on with by running the same command. A destination that
holds anything else is refused, before anything is written, unless --overwrite is given; its own
turns and feedback stay even then. In the end both sides are read again and compared: a table shows
count and checksum of each kind, and the exit code is 1 when they differ. Stop whatever else writes
to either side meanwhile.`,
    )
    .action((options) =>
      running(
        async (invocation) => (await import('./commands/migrate.ts')).migrateCommand(invocation, options),
        options,
      ),
    )
  add(
    'repair',
    'compares what finds the passages (Qdrant, where QDRANT_URL is set) with the documents and mends it',
  ).action((options) =>
    running(async (invocation) => (await import('./commands/repair.ts')).repairCommand(invocation), options),
  )
  add('doctor', 'checks configuration, stores and providers, one line each, with the remedy').action((options) =>
    running(async (invocation) => (await import('./commands/doctor.ts')).doctorCommand(invocation), options),
  )
  return nightdesk
}

// Whoever reads our output may stop early (`| head`); that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

try {
  await program().parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? 0 : badUsage
}
