/** Owns every word about requests to be called back, in English and Japanese; same keys in both. */
export const STRINGS = {
  en: {
    call_backs: "Asked to be called back",
    show_done: "Show those who were reached",
    call_back: "Call",
    facts: "{queue}, asked at {when}",
    facts_done: "{queue}, asked at {when}, reached",
    nobody: "Nobody is waiting to be called back.",
    unknown: "Unknown caller",
    try_again: "Try again",
  },

  ja: {
    call_backs: "折り返しの依頼",
    show_done: "対応済みも表示",
    call_back: "発信",
    facts: "{queue}、依頼 {when}",
    facts_done: "{queue}、依頼 {when}、対応済み",
    nobody: "折り返しを待っているお客様はいません。",
    unknown: "不明な発信者",
    try_again: "もう一度試す",
  },
};
