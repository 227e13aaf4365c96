import type { WaitingFor } from '#voice-bot/protocol.ts'
import type { PageLang } from '../words.ts'
import type { SoundTrouble } from './sound.ts'
import type { ShownState } from './talk-state.ts'
import type { Trouble } from './trouble.ts'

const en = {
  talk: 'Talk',
  talkTitle: 'Talk with Nightdesk',
  voice: 'Voice',
  end: 'End',
  stop: 'Stop',
  mute: 'Mute the microphone',
  unmute: 'Unmute the microphone',
  muteShort: 'Mute',
  unmuteShort: 'Unmute',
  settings: 'Voice settings',
  holdToTalk: 'Hold to talk',
  states: {
    off: 'Off',
    connecting: 'Connecting',
    offline: 'Offline',
    listening: 'Listening',
    hearing: 'I hear you',
    thinking: 'Thinking',
    waiting: 'Waiting',
    speaking: 'Speaking',
    muted: 'Muted',
    ready: 'Ready',
    typing: 'Type to ask',
  } satisfies Record<ShownState, string>,
  waitingFor: {
    speech_recognition: 'Waiting for speech recognition',
    documents: 'Waiting for the documents',
    model: 'Waiting for the model',
    voice: 'Waiting for the voice',
    tool: 'Waiting for a tool',
    speaker: 'Waiting for you',
  } satisfies Record<WaitingFor, string>,
  hints: {
    listening: 'Just speak.',
    listeningOrKey: (key: string) => `Just speak. To be heard without pauses, hold ${key}.`,
    ready: 'Hold the microphone and speak.',
    readyOrKey: (key: string) => `Hold ${key} or the microphone and speak.`,
    speaking: 'Interrupt me whenever you like.',
    offline: 'The connection is gone. Trying again by itself; your conversation is kept.',
    muted: 'Your microphone is off.',
    typing: 'I answer aloud. Type your question below.',
    browser: 'Your browser recognises your speech.',
  },
  you: 'You',
  trouble: {
    insecure:
      'Browsers give the microphone only to safe pages. Open Nightdesk by https, or on its own machine by http://localhost. From afar: ssh -L 4000:localhost:4000 HOST, then http://localhost:4000.',
    denied:
      'The microphone is blocked for this page. Allow it by the icon beside the address, then press Talk again. Until then, type: I answer aloud.',
    'no-microphone': 'No microphone was found. Plug one in and press Talk again, or type: I answer aloud.',
    'microphone-busy':
      'The microphone is there but doesn’t answer: another program may be using it. Close that one and press Talk again.',
    unsupported: 'This browser can’t do voice. A current Chrome, Edge, Firefox or Safari can.',
  } satisfies Record<SoundTrouble, string>,
  otherTrouble: {
    'too-short': 'Hold it for as long as you speak.',
    'sound-held': 'The browser holds the sound back. Press anywhere on this page, and we go on.',
    'other-tab': 'Another tab of Nightdesk listens now. Unmute to go on here.',
    'microphone-lost': 'The microphone is gone. Plug one in, or type: I answer aloud.',
    'microphone-changed': 'That microphone is gone; another one listens now.',
    'own-recognition-denied':
      'The browser may not use its speech recognition here. Allow the microphone by the icon beside the address, or type: I answer aloud.',
    'own-recognition-unreachable':
      'The browser’s speech recognition can’t be reached. Type your questions: I answer aloud.',
  } satisfies Record<Exclude<Trouble['kind'], 'sound' | 'said'>, string>,
  askOwnRecognition:
    'This server has no speech recognition. Your browser may have its own; many browsers, Chrome and Edge among them, send what you say to their maker for it.',
  useOwnRecognition: 'Use the browser’s',
  typeInstead: 'Type instead',
  microphone: 'Microphone',
  speaker: 'Speaker',
  systemDevice: 'As the system chooses',
  listen: 'Listen',
  listenAlways: 'always',
  listenHeld: 'while a key or the button is held',
  key: 'Key to hold',
  pressKey: 'Press a key…',
  transport: 'Connection',
  websocket: 'WebSocket: whole and in order',
  webrtc: 'WebRTC: for bad networks',
  recognition: 'Speech recognition',
  recognitionBy: {
    server: 'runs on this Nightdesk server, or where its owner chose.',
    browser: 'runs in this browser, which may send what you say to its maker.',
    none: 'none: questions are typed.',
  },
  allowOwn: 'May the browser recognise speech where the server can’t? It may send it to its maker.',
  ask: 'ask me',
  yes: 'yes',
  no: 'no',
  aloud: 'Speak the answers',
  done: 'Done',
  firstSound: (ms: string) => `First sound after ${ms}`,
  /** The parts of that, as `nightdesk.metrics` names them. */
  latency: {
    end_of_turn: 'waiting for the end',
    transcription: 'understanding',
    answer: 'answering',
    voice: 'voice',
  },
  echo: 'Echo cancellation and noise suppression are on. A headset is still the surest.',
}

export type VoiceWords = typeof en

const ja: VoiceWords = {
  talk: '話す',
  talkTitle: 'Nightdesk と話す',
  voice: '音声',
  end: '終了',
  stop: '止める',
  mute: 'マイクを切る',
  unmute: 'マイクを入れる',
  muteShort: 'ミュート',
  unmuteShort: '解除',
  settings: '音声の設定',
  holdToTalk: '押している間だけ話す',
  states: {
    off: 'オフ',
    connecting: '接続中',
    offline: 'オフライン',
    listening: '聞いています',
    hearing: '聞こえています',
    thinking: '考えています',
    waiting: '待っています',
    speaking: '話しています',
    muted: 'ミュート中',
    ready: '準備完了',
    typing: '入力してください',
  },
  waitingFor: {
    speech_recognition: '音声認識を待っています',
    documents: '文書を待っています',
    model: 'モデルを待っています',
    voice: '音声合成を待っています',
    tool: 'ツールを待っています',
    speaker: 'あなたを待っています',
  },
  hints: {
    listening: 'そのまま話してください。',
    listeningOrKey: (key) => `そのまま話してください。続けて話すときは ${key} を押したままに。`,
    ready: 'マイクを押したまま話してください。',
    readyOrKey: (key) => `${key} かマイクを押したまま話してください。`,
    speaking: 'いつでも割り込めます。',
    offline: '接続が切れました。自動で再接続します。会話は失われません。',
    muted: 'マイクは切ってあります。',
    typing: '声で答えます。質問は下に入力してください。',
    browser: '音声はブラウザーが認識しています。',
  },
  you: 'あなた',
  trouble: {
    insecure:
      'ブラウザーは安全なページにだけマイクを使わせます。https で開くか、同じマシンで http://localhost を開いてください。離れた場所からは ssh -L 4000:localhost:4000 HOST のあと http://localhost:4000 を開きます。',
    denied:
      'このページではマイクが禁止されています。アドレスの横のアイコンで許可し、もう一度「話す」を押してください。それまでは入力すれば声で答えます。',
    'no-microphone': 'マイクが見つかりません。つないでからもう一度「話す」を押すか、入力してください。声で答えます。',
    'microphone-busy':
      'マイクが応答しません。ほかのプログラムが使っているかもしれません。閉じてからもう一度「話す」を押してください。',
    unsupported: 'このブラウザーでは音声を使えません。最新の Chrome、Edge、Firefox、Safari をお使いください。',
  },
  otherTrouble: {
    'too-short': '話している間、押し続けてください。',
    'sound-held': 'ブラウザーが音を止めています。ページのどこかを押すと続きます。',
    'other-tab': '別のタブの Nightdesk が聞いています。ここで続けるにはミュートを解除してください。',
    'microphone-lost': 'マイクが外れました。つなぎ直すか、入力してください。声で答えます。',
    'microphone-changed': 'マイクが外れたため、別のマイクで聞いています。',
    'own-recognition-denied':
      'ブラウザーの音声認識が許可されていません。アドレスの横のアイコンでマイクを許可するか、入力してください。声で答えます。',
    'own-recognition-unreachable': 'ブラウザーの音声認識につながりません。質問を入力してください。声で答えます。',
  },
  askOwnRecognition:
    'このサーバーには音声認識がありません。ブラウザーの音声認識を使えますが、Chrome や Edge など多くのブラウザーは音声を開発元に送信します。',
  useOwnRecognition: 'ブラウザーで認識する',
  typeInstead: '入力する',
  microphone: 'マイク',
  speaker: 'スピーカー',
  systemDevice: 'システムの設定に従う',
  listen: '聞き取り',
  listenAlways: '常に',
  listenHeld: 'キーかボタンを押している間',
  key: '押すキー',
  pressKey: 'キーを押してください…',
  transport: '接続',
  websocket: 'WebSocket：欠けずに順番どおり',
  webrtc: 'WebRTC：不安定な回線向け',
  recognition: '音声認識',
  recognitionBy: {
    server: 'この Nightdesk のサーバー、または管理者が選んだ場所で行います。',
    browser: 'このブラウザーで行います。音声が開発元に送信されることがあります。',
    none: 'ありません。質問は入力してください。',
  },
  allowOwn: 'サーバーにないとき、ブラウザーで認識してよいですか？音声が開発元に送信されることがあります。',
  ask: 'そのつど確認',
  yes: 'はい',
  no: 'いいえ',
  aloud: '答えを読み上げる',
  done: '完了',
  firstSound: (ms) => `${ms} で発話`,
  latency: {
    end_of_turn: '終わりの判断',
    transcription: '聞き取り',
    answer: '回答',
    voice: '音声',
  },
  echo: 'エコー除去と雑音抑制を使っています。ヘッドセットならより確実です。',
}

export const voiceWordsIn: Readonly<Record<PageLang, VoiceWords>> = { en, ja }

/** What a trouble is, and what to do about it. */
export function troubleInWords(trouble: Trouble, words: VoiceWords): string {
  if (trouble.kind === 'said') return trouble.text
  return trouble.kind === 'sound' ? words.trouble[trouble.trouble] : words.otherTrouble[trouble.kind]
}

/** A key by the name that stands on it, as far as its place tells. */
export function keyName(code: string): string {
  return code.replace(/^(?:Key|Digit)/, '').replace(/^(Control|Shift|Alt|Meta)(Left|Right)$/, '$2 $1')
}
