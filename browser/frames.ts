/**
 * Every frame of both sockets. Written by tools/frames_to_ts.py from server/wire/frames.py: change it there.
 */

/** Bytes as a frame carries them: standard base64 with padding. */
export type Base64 = string;

export const PROTOCOL = "alarmtelefonen.v1";
export const MAX_FRAME = 16384;
export const STEP = 256;
export const MAX_BOX = 8476;
export const MAX_SEALED_FORM = 11500;

/** Every close code, and what a client does then: docs/protocol.md section 4. */
export const CLOSES: Readonly<Record<number, "again" | "rest" | "forget" | "final">> = {
  1003: "final",
  1009: "final",
  1012: "again",
  4000: "again",
  4008: "again",
  4010: "forget",
  4013: "again",
  4500: "final",
  4501: "final",
  4503: "final",
  4504: "final",
  4508: "again",
  4509: "final",
  4510: "final",
  4526: "final",
  4529: "rest",
};

export type Language = "nb" | "nn" | "en" | "se" | "nb-easy";
export type About = "unsaid" | "me" | "other";
export type Role = "child" | "counsellor";
export type EndedBy = "child" | "counsellor" | "silence" | "hours" | "left" | "lead";
export type Refusal = "not_talking" | "out_of_order" | "too_many" | "line_full" | "not_yours" | "taken" | "at_capacity" | "nobody" | "not_there" | "not_now";

/** The first frame of a child: nothing, or what is needed to resume. */
export interface ChildHello {
  t: "hello";
  token?: string | null;
  epoch?: string | null;
  seq?: number;
}

/** The child wants to talk: it enters the line, and the registrar's copy of its key is stored. */
export interface Join {
  t: "join";
  key: Base64;
  language?: Language;
  about?: About;
  danger?: boolean;
}

/** The child, waiting, says that it is dangerous now: to the front of the line. */
export interface Danger {
  t: "danger";
}

/** The child changed its language; the counsellor is told which. */
export interface Speak {
  t: "language";
  language: Language;
}

/** The conversation key, wrapped for the counsellor whose key was named in `paired`. */
export interface ChildKey {
  t: "key";
  key_id: string;
  key: Base64;
}

/** A sealed message. The same id again gives the same `seq` and no second entry. */
export interface ChildSay {
  t: "say";
  id: string;
  n: number;
  box: Base64;
}

/** The child is typing, or has stopped. Never the text. */
export interface ChildTyping {
  t: "typing";
  on: boolean;
}

/** How far this browser has received (`delivered`) and shown (`read`) the talk. */
export interface ChildSeen {
  t: "seen";
  delivered: number;
  read: number;
}

/** The child's browser saw a gap and asks for what comes after `after`. */
export interface ChildRange {
  t: "range";
  after: number;
}

/** The child ends, or leaves the line. `fast`: by the quick exit. */
export interface ChildEnd {
  t: "end";
  fast?: boolean;
}

/** Heartbeat every 10 s, with the last `seq` held: the position check of a live connection. */
export interface Ping {
  t: "ping";
  seq?: number;
}

/** Work to be done by a browser, signed: ALTCHA version 2, PBKDF2/SHA-256, keys of 32 bytes. Sent back as it came. */
export interface Puzzle {
  nonce: string;
  salt: string;
  cost: number;
  prefix: string;
  until: number;
  signature: string;
}

/** The answer to `work`. Each solution is good once. */
export interface Worked {
  t: "worked";
  puzzle: Puzzle;
  counter: number;
  key: string;
}

/** The child answers `hand_over`: whether the colleague may go on with the talk. */
export interface AnswerOver {
  t: "answer_over";
  yes: boolean;
}

/** Instead of `welcome`, while very many come: try n = 0, 1, 2 ... until PBKDF2(nonce and n as 4 bytes, salt) begins with `prefix`.

Then `worked`, and `welcome` follows. Heartbeats go on meanwhile. A `hello` with a token gets it where many wrong ones
were said, and only there.

What was found for a connection that is lost is not said on the next one, which may have let the client in: it would be a bad frame. */
export interface Work {
  t: "work";
  puzzle: Puzzle;
}

/** The answer to `hello`: who you are in this visit and where it stands. */
export interface Welcome {
  t: "welcome";
  conversation: string;
  token: string;
  epoch: string;
  seq: number;
  state: "arrived" | "talking" | "waiting" | "wrapping_up";
  recovered: boolean;
  n: number;
}

/** The place in the line, 1 is next; and between how many and how many minutes it may take, when that is known. */
export interface Position {
  t: "position";
  place: number;
  low?: number | null;
  high?: number | null;
}

/** A counsellor is here (or has come back with another key): wrap the conversation key for this one. */
export interface Paired {
  t: "paired";
  alias: string;
  key_id: string;
  key: Base64;
}

/** The message with this id is stored, durably, as entry `seq`. */
export interface Said {
  t: "said";
  id: string;
  seq: number;
  at: number;
}

/** One entry of the talk, sealed. */
export interface Message {
  t: "message";
  seq: number;
  role: Role;
  id: string;
  n: number;
  at: number;
  box: Base64;
}

/** A complete range of entries after `after`, in order; `more`: the next one follows by itself. */
export interface History {
  t: "history";
  after: number;
  messages: Message[];
  more?: boolean;
}

/** The other side is typing, or has stopped. */
export interface Typing {
  t: "typing";
  on: boolean;
}

/** How far the other side has received and shown the talk. */
export interface Seen {
  t: "seen";
  delivered: number;
  read: number;
}

/** The counsellor's connection is gone. `waiting`: you are in the line again, at the front. */
export interface CounsellorLost {
  t: "counsellor_lost";
  waiting: boolean;
}

/** To one who talks: the talk must end at `at`. To one who waits: the chat closes at `at`. Said in good time; None: not any more. */
export interface ClosingSoon {
  t: "closing_soon";
  at: number | null;
}

/** Somebody else to ring: as written, its label, what is dialled; open now, and when (ms) that changes; null: not known. */
export interface OtherNumber {
  number: string;
  label: string;
  tel: string;
  open: boolean | null;
  changes: number | null;
}

/** Whom else one can ring was changed since this connection began. */
export interface OtherHelpNow {
  t: "other_help";
  numbers: OtherNumber[];
}

/** The counsellor has said until when they have; nothing ends by itself then. None: she has taken it back. */
export interface Planned {
  t: "planned";
  at: number | null;
}

/** The counsellor asks whether a colleague may go on with the talk; both stay for a while. None: it is not asked any more. */
export interface HandOver {
  t: "hand_over";
  alias: string | null;
}

/** The talk is over; the socket closes with 4504 after it. */
export interface Ended {
  t: "ended";
  by: EndedBy;
}

/** The chat is closed, by its opening hours or by hand; the socket closes with 4510 after it. */
export interface Closed {
  t: "closed";
  opens_at: number | null;
  down?: boolean;
}

/** A frame had no effect, and why; nothing else was lost. */
export interface Refused {
  t: "refused";
  what: string;
  why: Refusal;
  id?: string | null;
  conversation?: string | null;
}

/** The answer to `ping`: the talk's last `seq`. */
export interface Pong {
  t: "pong";
  seq?: number;
}

/** The first frame of a counsellor: the single-use ticket and this browser's public key. */
export interface StaffHello {
  t: "hello";
  ticket: string;
  key: Base64;
}

/** Ready for children, up to `room` talks at once. */
export interface Free {
  t: "free";
  room: number;
}

/** Not ready for another child. Running talks go on. */
export interface Away {
  t: "away";
}

/** Take this child, or the next one: an offer to her or somebody waiting in the line. */
export interface Take {
  t: "take";
  conversation?: string | null;
}

/** The offered child goes back to its old place; she is away until she says free. */
export interface Decline {
  t: "decline";
  conversation: string;
}

/** Send the whole of a talk she holds: wrapped key, history, marks (after a reload). */
export interface Open {
  t: "open";
  conversation: string;
  after?: number;
}

/** A sealed message in one of her talks. */
export interface StaffSay {
  t: "say";
  conversation: string;
  id: string;
  n: number;
  box: Base64;
}

/** She is typing in one of her talks, or has stopped. */
export interface StaffTyping {
  t: "typing";
  conversation: string;
  on: boolean;
}

/** How far her browser has received and shown one of her talks. */
export interface StaffSeen {
  t: "seen";
  conversation: string;
  delivered: number;
  read: number;
}

/** Her browser saw a gap in one of her talks. */
export interface StaffRange {
  t: "range";
  conversation: string;
  after: number;
}

/** End one of her talks; it is to be written up. */
export interface StaffEnd {
  t: "end";
  conversation: string;
}

/** Whoever writes in one of her talks is no child: end it, and let nobody from there in for a day, where that can be done. */
export interface NoChild {
  t: "no_child";
  conversation: string;
}

/** Tell the child of one of her talks how many minutes they have left. Nothing ends by itself then. 0: take it back. */
export interface Plan {
  t: "plan";
  conversation: string;
  minutes: number;
}

/** The written-up form, sealed to the registrar's key. Ends the talk first when it still runs. */
export interface Register {
  t: "register";
  conversation: string;
  box: Base64;
}

/** Let a colleague read along in one of her talks: its key, wrapped for the key of that colleague's browser. */
export interface AskIn {
  t: "ask_in";
  conversation: string;
  desk: string;
  key_id: string;
  key: Base64;
}

/** Read along in a talk that she was asked in to: its key, and what was said after `after`. */
export interface LookIn {
  t: "look_in";
  conversation: string;
  after?: number;
}

/** Read along no more. */
export interface LookOut {
  t: "look_out";
  conversation: string;
}

/** She needs help now with one of her talks: all who are signed in are called. Or not any more. */
export interface Help {
  t: "help";
  conversation: string;
  on: boolean;
}

/** She comes to help the colleague at this desk. */
export interface Come {
  t: "come";
  desk: string;
}

/** Something sealed for one reader. */
export interface BoxFor {
  key_id: string;
  box: Base64;
}

/** Something said among colleagues, sealed for each reader: in a talk (never to the child), or in the staff room. */
export interface Whisper {
  t: "whisper";
  id: string;
  boxes: BoxFor[];
  conversation?: string | null;
}

/** Ask the child whether this colleague, who reads along, may go on with the talk. None: take the question back. */
export interface AskOver {
  t: "ask_over";
  conversation: string;
  desk?: string | null;
}

/** As one who reads along: sign what is written up of this talk, as the second person. */
export interface Sign {
  t: "sign";
  conversation: string;
  what: string;
}

/** She is at work: the answer to `session_ends`, when nothing else is to be done. */
export interface Here {
  t: "here";
}

/** A shift lead opens, closes, lets in nobody new, announces a closing or takes the chat down, instead of what the hours say. */
export interface GiveOrder {
  t: "order";
  kind: "close" | "closing" | "down" | "last_intake" | "open";
  reason: string;
  until?: number | null;
  closes_at?: number | null;
}

/** A shift lead takes the order that stands back: the hours count again. */
export interface LiftOrder {
  t: "lift";
  reason: string;
}

/** A shift lead ends a running talk; whoever has it writes it up. */
export interface EndTalk {
  t: "end_talk";
  conversation: string;
  reason: string;
}

/** A shift lead lets a running talk go on at another desk that has room, or (None) with the next who is free: first in the line. */
export interface MoveTalk {
  t: "move_talk";
  conversation: string;
  reason: string;
  desk?: string | null;
}

/** Signed in on this socket. */
export interface StaffWelcome {
  t: "welcome";
  name: string;
  registrar_key: Base64;
  now: number;
}

/** A child that rings at her desk until `until`. */
export interface Offer {
  conversation: string;
  language: Language;
  about: About;
  danger: boolean;
  lost: boolean;
  since: number;
  until: number;
}

/** One of her talks. */
export interface Held {
  conversation: string;
  state: "talking" | "wrapping_up";
  language: Language;
  about: About;
  danger: boolean;
  since: number;
  here: boolean;
  seq: number;
  ended_by: EndedBy | null;
  run_until: number | null;
  planned: number | null;
  ended: number | null;
  over: string | null;
  over_said: string | null;
  second: string | null;
  signed: string | null;
}

/** Her desk, whole; sent whenever it changed. The screen is a function of this and the talks. */
export interface Desk {
  t: "desk";
  free: boolean;
  room: number;
  offer: Offer | null;
  talks: Held[];
}

/** One who waits, as the counsellors see it: nothing that names anyone. */
export interface InLine {
  conversation: string;
  place: number;
  since: number;
  language: Language;
  about: About;
  danger: boolean;
  lost: boolean;
}

/** The line as all counsellors see it; sent whenever it changed. `first` holds at most 20. */
export interface Line {
  t: "line";
  count: number;
  longest: number | null;
  first: InLine[];
  open: boolean;
  free: number;
  unconfirmed?: number;
  attack?: boolean;
}

/** The conversation key wrapped for her browser's key; None: the child's browser has yet to wrap it. */
export interface StaffPaired {
  t: "key";
  conversation: string;
  key_id: string;
  key: Base64 | null;
}

/** Her message is stored, durably, as entry `seq`. */
export interface StaffSaid {
  t: "said";
  conversation: string;
  id: string;
  seq: number;
  at: number;
}

/** One entry of one of her talks, sealed. */
export interface StaffMessage {
  t: "message";
  conversation: string;
  seq: number;
  role: Role;
  id: string;
  n: number;
  at: number;
  box: Base64;
}

/** A complete range of one talk after `after`; `n` is her side's next sender counter. */
export interface StaffHistory {
  t: "history";
  conversation: string;
  epoch: string;
  after: number;
  n: number;
  messages: Message[];
  more?: boolean;
}

/** The child is typing, or has stopped. */
export interface StaffTypingNow {
  t: "typing";
  conversation: string;
  on: boolean;
}

/** How far the child has received and shown the talk. */
export interface StaffSeenNow {
  t: "seen";
  conversation: string;
  delivered: number;
  read: number;
}

/** The talk is sealed for the registrar: clear the screen. It is confirmed later by a receipt. */
export interface Registered {
  t: "registered";
  conversation: string;
}

/** Her session is over at `at` unless she does something; null: not soon. Then her talks go to the front of the line: close 4501. */
export interface SessionEnds {
  t: "session_ends";
  at?: number | null;
  last?: boolean;
}

/** One who is signed in, she herself not. */
export interface Colleague {
  desk: string;
  name: string;
  key_id: string;
  key: Base64;
  free: boolean;
  talks: number;
}

/** A talk of a colleague that she was asked in to. */
export interface Asked {
  conversation: string;
  desk: string;
  since: number;
}

/** A colleague who was asked in to one of her talks. */
export interface Reader {
  conversation: string;
  desk: string;
}

/** Somebody (perhaps she herself) needs help now; `coming`: the desk of who comes. */
export interface HelpCall {
  desk: string;
  conversation: string;
  since: number;
  coming: string | null;
}

/** Who is at work beside her, whole; sent whenever it changed. */
export interface Beside {
  t: "beside";
  colleagues: Colleague[];
  asked: Asked[];
  readers: Reader[];
  calls: HelpCall[];
  late?: number;
}

/** A block that a colleague (`name`) asks to last for a week: made at `since`, over at `until` unless somebody else agrees. */
export interface BlockAsked {
  block: string;
  name: string;
  since: number;
  until: number;
}

/** How often the leads have changed something (replies and numbers are fetched anew), and which blocks wait for a second person. */
export interface HouseNow {
  t: "house";
  changed?: number;
  asked?: BlockAsked[];
}

/** Something said among colleagues, sealed for her. */
export interface Whispered {
  t: "whispered";
  id: string;
  desk: string;
  name: string;
  at: number;
  box: Base64;
  conversation?: string | null;
}

/** One rule of the light: what is counted, how much it is now, from how much on it is yellow and red, and what follows. */
export interface Lit {
  what: "attack" | "danger" | "each" | "help" | "late" | "longest" | "nobody" | "unconfirmed";
  now: number;
  yellow: number | null;
  red: number | null;
  light: "green" | "red" | "yellow";
}

/** A talk at some desk as a shift lead sees it: nothing that names a child, and nothing that was said. */
export interface SomeTalk {
  conversation: string;
  state: "talking" | "wrapping_up";
  since: number;
  ended: number | null;
  danger: boolean;
}

/** One who is at work, or has talks though she is not heard. */
export interface AtWork {
  desk: string;
  name: string;
  alias: string;
  free: boolean;
  here: boolean;
  room: number;
  rings: boolean;
  talks: SomeTalk[];
}

/** The order by hand that stands. */
export interface Stands {
  kind: "close" | "closing" | "down" | "last_intake" | "open";
  name: string;
  reason: string;
  at: number;
  until: number;
  closes_at: number | null;
}

/** How many were answered in one hour of the last three. */
export interface Answered {
  hour: number;
  count: number;
}

/** The whole shift, to shift leads only; sent whenever it changed. */
export interface Overview {
  t: "overview";
  light: "green" | "red" | "yellow";
  rules: Lit[];
  open: boolean;
  serving: boolean;
  closes_at: number | null;
  opens_at: number | null;
  waiting: number;
  longest: number | null;
  talking: number;
  wrapping_up: number;
  late: number;
  unconfirmed: number;
  attack: boolean;
  at_work: AtWork[];
  answered: Answered[];
  order: Stands | null;
}

export type ChildFrame = AnswerOver | ChildHello | Worked | Join | Danger | Speak | ChildKey | ChildSay | ChildTyping | ChildSeen | ChildRange | ChildEnd | Ping;
export type ToChild = Work | Welcome | Position | Paired | Said | Message | History | Typing | Seen | CounsellorLost | ClosingSoon | OtherHelpNow | Planned | HandOver | Ended | Closed | Refused | Pong;
export type StaffFrame = StaffHello | Free | Away | Take | Decline | Open | StaffSay | StaffTyping | StaffSeen | StaffRange | StaffEnd | NoChild | Plan | Register | AskIn | LookIn | LookOut | Help | Come | Whisper | AskOver | Sign | Here | GiveOrder | LiftOrder | EndTalk | MoveTalk | Ping;
export type ToStaff = StaffWelcome | Desk | Line | StaffPaired | StaffSaid | StaffMessage | StaffHistory | StaffTypingNow | StaffSeenNow | Registered | SessionEnds | Beside | HouseNow | Whispered | Overview | Refused | Pong;
