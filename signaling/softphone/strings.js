/**
 * Owns every word an agent reads, in English and Japanese. One key, one sentence; `{name}` is filled in.
 * Both tables have the same keys, which a test holds true.
 */
export const STRINGS = {
  en: {
    language: "English",
    title_ringing: "Incoming call – {name}",
    title_talking: "In a call – {name}",

    "connection.closed": "Signed out",
    "connection.refused": "Signed out",
    "connection.outdated": "Page out of date",
    "connection.connecting": "Connecting…",
    "connection.connected": "Connected",
    "connection.lost": "Reconnecting…",

    sign_in_title: "Sign in to take calls",
    sign_in_hint: "Paste the token your administrator gave you, or open your sign-in link.",
    token: "Sign-in token",
    sign_in: "Sign in",
    sign_out: "Sign out",
    signing_in: "Signing in…",
    signing_in_hint: "You can take calls as soon as the server answers.",
    choose_language: "Language",

    "presence.ready": "Ready",
    "presence.away": "Away",
    "presence.ringing": "Ringing",
    "presence.busy": "In a call",
    "presence.offline": "Offline",
    take_calls: "Take calls",

    "idle_title.ready": "Ready for calls",
    "idle_hint.ready": "The next caller in your queue rings here.",
    "idle_title.away": "You are away",
    "idle_hint.away": "Nobody rings you. Turn on “Take calls” when you are ready.",
    "idle_title.ringing": "Ringing in another window",
    "idle_hint.ringing": "Answer the call in the window that shows it.",
    "idle_title.busy": "In a call in another window",
    "idle_hint.busy": "This window rings again when that call is over.",
    "idle_title.offline": "Offline",
    "idle_hint.offline": "This page reconnects by itself.",

    incoming_call: "Incoming call",
    "direction.inbound": "Incoming",
    "direction.outbound": "Outgoing",
    "direction.other": "Call",
    "channel.whatsapp": "WhatsApp",
    "channel.other": "Call",
    customer_unknown: "Unknown caller",
    number_hidden: "Number not shared",
    queue: "Queue",
    waiting: "Waiting",
    answer: "Answer",
    reject: "Reject",
    "asked.answer": "Connecting you…",
    "asked.reject": "Rejecting…",
    "asked.hang_up": "Hanging up…",
    "media.preparing": "Preparing the voice line…",
    "media.ready": "Voice line ready",
    "media.failed": "The voice line does not come up. Check your network.",

    conversation: "Conversation",
    "talking.off": "Connected",
    "talking.on": "Connected, you are muted",
    mute: "Mute",
    hang_up: "Hang up",

    call_ended: "Call ended",
    "ended_by.caller": "The customer hung up.",
    "ended_by.agent": "You hung up.",
    "ended_by.server": "Ringbridge ended the call.",
    "ended_by.meta": "WhatsApp ended the call.",
    "ended_by.network": "The voice line was lost. The caller is back at the front of the queue.",
    "ended_by.connection": "The connection to the server was lost. The caller goes back to the front of the queue.",
    "ended_by.other": "The call is over.",
    meta_error: "WhatsApp error {code}",
    talked: "Talked for {time}",
    done: "Done",

    "stop_ring.answered_elsewhere": "Answered in another window",
    "stop_ring.refused": "You rejected the call",
    "stop_ring.no_answer": "Not answered in time; the call went to the next agent",
    "stop_ring.caller_left": "The caller hung up",
    "stop_ring.media_failed": "The voice line did not come up; the call went to the next agent",
    "stop_ring.other": "The call no longer rings here",

    connection_lost: "No connection to the server. Calls do not reach you.",
    try_now: "Try now",
    page_outdated: "The server has been updated. Reload this page to go on.",
    reload: "Reload",
    token_refused: "This token is not valid or has expired. Ask for a new one.",
    "notice.away_after_loss": "You are away since the connection was lost.",
    ring_blocked: "Your browser keeps the ring silent until you click in this page.",
    turn_sound_on: "Turn sound on",
    "microphone.denied": "The browser does not let this page use the microphone. Allow it beside the address.",
    "microphone.missing": "No microphone found. Connect one.",
    "microphone.busy": "Another program holds the microphone. Close it there.",
    "microphone.insecure": "Browsers allow the microphone only over HTTPS. Open this page with https://.",
    try_again: "Try again",
  },

  ja: {
    language: "日本語",
    title_ringing: "着信 – {name}",
    title_talking: "通話中 – {name}",

    "connection.closed": "サインアウト中",
    "connection.refused": "サインアウト中",
    "connection.outdated": "ページが古くなっています",
    "connection.connecting": "接続しています…",
    "connection.connected": "接続済み",
    "connection.lost": "再接続しています…",

    sign_in_title: "サインインして電話を受ける",
    sign_in_hint: "管理者から受け取ったトークンを貼り付けるか、サインイン用リンクを開いてください。",
    token: "サインイントークン",
    sign_in: "サインイン",
    sign_out: "サインアウト",
    signing_in: "サインインしています…",
    signing_in_hint: "サーバーが応答すると、電話を受けられます。",
    choose_language: "言語",

    "presence.ready": "待機中",
    "presence.away": "離席中",
    "presence.ringing": "呼出中",
    "presence.busy": "通話中",
    "presence.offline": "オフライン",
    take_calls: "電話を受ける",

    "idle_title.ready": "着信を待っています",
    "idle_hint.ready": "次のお客様からの電話がここで鳴ります。",
    "idle_title.away": "離席中です",
    "idle_hint.away": "電話は鳴りません。準備ができたら「電話を受ける」をオンにしてください。",
    "idle_title.ringing": "別のウィンドウで鳴っています",
    "idle_hint.ringing": "着信が表示されているウィンドウで応答してください。",
    "idle_title.busy": "別のウィンドウで通話中です",
    "idle_hint.busy": "通話が終わると、このウィンドウでも着信します。",
    "idle_title.offline": "オフラインです",
    "idle_hint.offline": "自動的に再接続します。",

    incoming_call: "着信",
    "direction.inbound": "着信",
    "direction.outbound": "発信",
    "direction.other": "通話",
    "channel.whatsapp": "WhatsApp",
    "channel.other": "通話",
    customer_unknown: "不明な発信者",
    number_hidden: "電話番号は非公開",
    queue: "キュー",
    waiting: "待ち時間",
    answer: "応答",
    reject: "拒否",
    "asked.answer": "つないでいます…",
    "asked.reject": "拒否しています…",
    "asked.hang_up": "切断しています…",
    "media.preparing": "音声回線を準備しています…",
    "media.ready": "音声回線の準備ができました",
    "media.failed": "音声回線がつながりません。ネットワークを確認してください。",

    conversation: "通話",
    "talking.off": "通話中",
    "talking.on": "通話中(ミュート)",
    mute: "ミュート",
    hang_up: "通話を終了",

    call_ended: "通話が終了しました",
    "ended_by.caller": "お客様が電話を切りました。",
    "ended_by.agent": "あなたが電話を切りました。",
    "ended_by.server": "Ringbridge が通話を終了しました。",
    "ended_by.meta": "WhatsApp が通話を終了しました。",
    "ended_by.network": "音声回線が切れました。お客様はキューの先頭に戻りました。",
    "ended_by.connection": "サーバーとの接続が切れました。お客様はキューの先頭に戻ります。",
    "ended_by.other": "通話は終了しました。",
    meta_error: "WhatsApp エラー {code}",
    talked: "通話時間 {time}",
    done: "閉じる",

    "stop_ring.answered_elsewhere": "別のウィンドウで応答しました",
    "stop_ring.refused": "着信を拒否しました",
    "stop_ring.no_answer": "時間内に応答がなかったため、次の担当者に回りました",
    "stop_ring.caller_left": "お客様が電話を切りました",
    "stop_ring.media_failed": "音声回線がつながらなかったため、次の担当者に回りました",
    "stop_ring.other": "この着信は終わりました",

    connection_lost: "サーバーに接続できません。電話は届きません。",
    try_now: "今すぐ試す",
    page_outdated: "サーバーが更新されました。ページを再読み込みしてください。",
    reload: "再読み込み",
    token_refused: "トークンが無効か、期限が切れています。新しいトークンを受け取ってください。",
    "notice.away_after_loss": "接続が切れたため、離席中になりました。",
    ring_blocked: "このページをクリックするまで、ブラウザーが着信音を止めています。",
    turn_sound_on: "音を出す",
    "microphone.denied": "マイクの使用が許可されていません。アドレスバーの横で許可してください。",
    "microphone.missing": "マイクが見つかりません。接続してください。",
    "microphone.busy": "別のアプリがマイクを使用中です。そのアプリを閉じてください。",
    "microphone.insecure": "マイクは HTTPS でのみ使えます。https:// でこのページを開いてください。",
    try_again: "もう一度試す",
  },
};

/** The first of the wished languages (BCP 47 tags) that there is, else English. */
export function chooseLanguage(wished) {
  return wished.map((tag) => tag.toLowerCase().split("-")[0]).find((language) => language in STRINGS) ?? "en";
}

/**
 * The words of one language: `say(key, values)`. `say.one(prefix, word)` is for words that come from the server, of
 * which a later version may send new ones: it falls back to `prefix.other`.
 */
export function speaker(language) {
  const table = STRINGS[language];
  const say = (key, values = {}) => table[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  say.one = (prefix, word) => table[`${prefix}.${word}`] ?? table[`${prefix}.other`];
  return say;
}
