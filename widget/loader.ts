/**
 * The one script on the host's page: puts a button there and, when it is pressed, the frame. Nothing else, nothing read, nothing kept.
 *
 * Rules of this file:
 * 1. At most 2 kB as it travels. Styles are set from script, so that a host's Content-Security-Policy does not matter.
 * 2. From the frame only `{v, h}` is taken: a height in steps of 40 px, 0 to hide. Only from its exact origin, only from this very frame.
 * 3. Closing hides; the talk goes on. Nothing is asked.
 * 4. The host page's wishes are attributes of the script, told in docs/embedding.md. Without `data-status` nothing is asked before a press.
 *    The language that it wishes is the frame's name: its address carries nothing.
 * 5. Where the frame says nothing (no server, no net, a page that may not embed it), whom to ring is said in its place.
 */

export {};

type Facts = [origin: string, language: string, words: Record<string, [open: string, close: string, silent: string]>, telephone: string];

const [origin, fallback, words, telephone] = "%FACTS%" as unknown as Facts;
const me = (document.currentScript as HTMLScriptElement).dataset;
const language = (me["lang"] || document.documentElement.lang).slice(0, 2);
const [openWord, closeWord, silentWord] = words[language] || words[fallback]!;

const side = me["corner"] === "left" ? "left" : "right";
const DOTS: Record<string, string> = { open: "#1a7f37", full: "#b35900" };

const host = (document.body || document.documentElement).appendChild(document.createElement("div"));
const root = host.attachShadow({ mode: "open" });
const panel = root.appendChild(document.createElement("div"));
const button = root.appendChild(document.createElement("button"));
const help = document.createElement("a");
const badge = document.createElement("p");
const style = (element: HTMLElement, text: string): string => (element.style.cssText = text);

let frame: HTMLIFrameElement | undefined;
let height = 680;
let open = false;
let silence: ReturnType<typeof setTimeout>;

function show(): void {
  const phone = innerWidth < 600;
  const label = open ? me["close"] || closeWord : me["open"] || openWord;
  button.textContent = open ? "×" : label;
  button.ariaLabel = label;
  button.ariaExpanded = `${open}`;
  style(
    button,
    "all:revert;cursor:pointer;height:44px;border:2px solid #fff;border-radius:22px;font:600 16px system-ui,sans-serif;" +
      (open
        ? "position:absolute;top:9px;right:10px;width:44px;padding:0;background:#fff;color:#1d2830;border-color:#7b8892;font-size:24px"
        : "position:fixed;z-index:2147483647;bottom:20px;padding:0 20px;background:#0a5c68;color:#fff;box-shadow:0 2px 10px #0004"),
  );
  if (!open) {
    button.style.setProperty(side, "20px");
    if (me["colour"]) button.style.background = me["colour"];
  }
  badge.hidden = open;
  style(
    panel,
    `position:fixed;z-index:2147483647;overflow:hidden;color-scheme:light dark;background:Canvas;display:${open ? "block" : "none"};` +
      (phone ? "inset:0" : `${side}:20px;bottom:20px;width:420px;height:min(${height}px,100vh - 40px);border-radius:16px;box-shadow:0 4px 32px #0005`),
  );
}

function turn(to: boolean, focus = true): void {
  open = to;
  if (open && !frame) {
    frame = document.createElement("iframe");
    frame.name = me["lang"] || ""; // before it stands in the page: later a browser does not take it
    panel.appendChild(frame);
    frame.title = "Chat";
    frame.referrerPolicy = "no-referrer";
    frame.allow = "geolocation";
    // Not "-by-user-activation": Shift alone is no activation to a browser, and leaving must work for who has not pressed anything for a while.
    frame.setAttribute("sandbox", "allow-scripts allow-forms allow-same-origin allow-top-navigation allow-downloads");
    frame.src = `${origin}/w`;
    style(frame, "width:100%;height:100%;border:0;display:block");
    silence = setTimeout(() => panel.prepend(help), 8_000);
  }
  show();
  (open ? panel : root).appendChild(button);
  if (focus) (open ? frame! : button).focus();
}

/** Say whether the chat is open, in a small note over the button. Where it cannot be asked nothing is said. */
async function tellStatus(): Promise<void> {
  const { state, text } = await (await fetch(`${origin}/status.json`, { credentials: "omit" })).json();
  const dot = document.createElement("b");
  dot.textContent = "● ";
  dot.style.color = DOTS[state] || "#7b8892";
  badge.append(dot, text[language] || text[fallback]);
  style(
    badge,
    `position:fixed;z-index:2147483646;bottom:76px;${side}:20px;max-width:min(300px,100vw - 40px);box-sizing:border-box;margin:0;padding:6px 14px;` +
      "border:1px solid #7b8892;border-radius:14px;font:15px/1.4 system-ui,sans-serif;color-scheme:light dark;background:Canvas;color:CanvasText;box-shadow:0 1px 6px #0005",
  );
  root.prepend(badge);
}

help.textContent = silentWord;
help.href = `tel:${telephone}`;
style(help, "display:grid;padding:1em 4em 1em 1em;font:16px system-ui");
button.type = "button";
button.onclick = () => turn(!open);
addEventListener("keydown", (event) => open && event.key === "Escape" && turn(false));
addEventListener("resize", show);
addEventListener("message", ({ origin: from, source, data }) => {
  if (!frame || from !== origin || source !== frame.contentWindow || !data || data.v !== 1 || !(data.h >= 0) || data.h % 40) return;
  clearTimeout(silence);
  help.remove();
  if (data.h) {
    height = data.h;
    show();
  } else if (open) turn(false);
});
show();
if (me["start"] === "open") turn(true, false);
if ("status" in me) tellStatus().catch(() => {});
