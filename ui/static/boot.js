// Runs before everything else: settles language and theme, and mends copying.
(() => {
  const locales = { zh: "zh-CN", ru: "ru", en: "en" };
  const keep = (name, value) => { try { localStorage.setItem(name, value); } catch { /* private mode */ } };
  const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const given = new URLSearchParams(location.search).get("lang");
  const browser = (navigator.languages || [navigator.language || "en"]).map((tag) => tag.toLowerCase().split("-")[0]);
  const language = locales[given] ? given : locales[kept("lang")] ? kept("lang") : browser.find((tag) => locales[tag]) || "en";
  const settle = (chosen) => {
    document.cookie = `lang=${chosen}; path=/; SameSite=Lax`; // the server reads it when the chat opens
    document.documentElement.lang = locales[chosen];
  };
  if (locales[given]) keep("lang", given);
  settle(language);
  // Gradio takes its language from the browser and knows Chinese as zh-CN only.
  for (const [name, value] of [["language", locales[language]], ["languages", [locales[language]]]])
    Object.defineProperty(Navigator.prototype, name, { get: () => value, configurable: true });

  const system = matchMedia("(prefers-color-scheme: dark)");
  const dress = () => {
    const dark = (kept("theme") || (system.matches ? "dark" : "light")) === "dark";
    for (const element of [document.documentElement, document.body])
      if (element) { element.classList.toggle("dark", dark); element.classList.toggle("light", !dark); }
  };
  dress();
  system.addEventListener("change", () => setTimeout(dress));
  document.addEventListener("DOMContentLoaded", dress);

  // What is copied from an answer: plain text with [1], not the links and escapes of its Markdown.
  const plain = (text) => {
    const page = new DOMParser().parseFromString(
      text.replace(/\u2060/g, "").replace(/<small class="(foot|aside|stopped|writing)">.*?<\/small>/g, "").replace(/\[(\d+)\]\(#src-[^)]*\)/g, " [$1]"), "text/html");
    return page.body.textContent.replace(/\\([\\`*_[\]#~|$!])/g, "$1").replace(/\n{3,}/g, "\n\n").trim();
  };
  const byHand = (text) => { // without https there is no navigator.clipboard
    const area = document.createElement("textarea");
    area.value = text; area.style.position = "fixed"; area.style.opacity = "0";
    (document.querySelector("dialog[open]") || document.body).append(area); area.select();
    const done = document.execCommand("copy"); area.remove();
    return done ? Promise.resolve() : Promise.reject(new Error("copy"));
  };
  const native = navigator.clipboard;
  const write = (text) => (native && native.writeText ? native.writeText(text).catch(() => byHand(text)) : byHand(text));
  Object.defineProperty(navigator, "clipboard", { value: { writeText: (text) => write(/\(#src-|<small |\\/.test(text) ? plain(text) : text) }, configurable: true });
  window.page = { locales, language, keep, kept, settle, dress, write };
})();
