const talksOfItself =
  /\b(?:this|these|that|the following) (?:pages?|documents?|docs?|runbooks?|guides?|sections?|articles?|notes?|chapters?|topics?|tutorials?|playbooks?)\b.{0,40}?\b(?:is|are|was|were|describes?|explains?|lists?|covers?|shows?|provides?|contains?|assumes?|stands?|discusses|tells?|walks?|gives?|helps?|has|have)\b/i
const refersElsewhere =
  /^(?:see(?: also)?|refer to|read more|for (?:more|further) (?:details?|information)|replaces|supersedes|superseded by|replaced by|copied from|translated from|moved to|decided with|approved by|last (?:updated|reviewed|edited))\b/i
const ofItsVersions =
  /\bthe real page is\b|\b(?:english|japanese|translated|old|former|previous) (?:page|version|translation|wiki)\b.{0,60}\b(?:is|are|was|has|have|changed|out of date|up to date|switched off)\b|\blists? the (?:current|latest|following)\b/i
const talksOfItselfJa =
  /(?:この|本)(?:ページ|文書|ドキュメント|記事|手順書|書|ガイド|節|章)(?:は|では|に)|旧(?:英語|日本語)?版|(?:英語|日本語)版の翻訳|こちらが正|を参照(?:して(?:ください)?|のこと|してほしい)?。?$|について(?:まとめ|説明|記述|記載)(?:る|した|ます|します)|(?:とき|際|場合|ため)の(?:手順|方法)(?:です)?。?$|^(?:まず)?(?:これ|以下|次)(?:を|の).{0,12}(?:試|示|参照)[^。]{0,8}。?$/
const holdsSomething = /`[^`]+`|\d/

/** Whether a sentence tells about its page rather than about the thing: "This page is about those", 「旧版は2023年のもの」. */
export function tellsOfItself(shown: string): boolean {
  const text = shown.normalize('NFKC').trim()
  if (ofItsVersions.test(text) || talksOfItselfJa.test(text)) return text.length <= 160
  if (talksOfItself.test(text)) return text.length <= 200 && !/`[^`]+`/.test(text)
  return refersElsewhere.test(text) && (text.length <= 80 || !holdsSomething.test(text))
}
