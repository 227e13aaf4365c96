/** What of sherpa-onnx-node we use, without a model: it hears by how loud it is, and says each word as a tone. */

const whatIsSaid = 'restart the redis primary'

export class OfflineRecognizer {
  createStream() {
    const heard = {
      samples: new Float32Array(),
      acceptWaveform({ samples }: { samples: Float32Array<ArrayBuffer> }): void {
        heard.samples = samples
      },
    }
    return heard
  }

  decode(): void {}

  getResult({ samples }: { samples: Float32Array }): { text: string } {
    return { text: samples.some((level) => level > 0.05) ? whatIsSaid : '' }
  }
}

const rate = 22_050

export class OfflineTts {
  generate({ text, speed }: { text: string; speed: number }): { samples: Float32Array; sampleRate: number } {
    const words = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(text)
      ? text.length / 2
      : text.split(/\s+/).filter(Boolean).length
    const length = Math.round((rate * 0.2 * words) / speed)
    return {
      samples: Float32Array.from({ length }, (_, k) => 0.3 * Math.sin((2 * Math.PI * 440 * k) / rate)),
      sampleRate: rate,
    }
  }
}
