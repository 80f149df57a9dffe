// The chat page's behaviour around Gradio: chips and cards, language, theme, the reader, phones, names for screen readers.
(() => {
  const { locales, keep, kept, settle, dress, write } = window.page;
  const texts = JSON.parse(document.getElementById("page-texts").textContent);
  const iconKey = {};
  for (const names of Object.values(texts.icons)) for (const key in names) iconKey[names[key]] = key;
  let language = window.page.language;
  const say = (key) => texts[language][key];
  const chip = (event) => event.target.closest && event.target.closest('a[href^="#src-"]');
  const phone = matchMedia("(max-width: 820px)");

  // To the server, by a hidden field and a hidden button of Gradio's.
  const send = (button, text) => {
    const field = document.querySelector("#bridge textarea, #bridge input");
    if (!field) return;
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => document.getElementById(button)?.click(), 30);
  };

  // --- the box: Enter or the button sends, Shift+Enter breaks the line; a question that is too long stays to be shortened ---
  const submit = (box) => {
    const question = box.value;
    if (!question.trim()) return;
    send("choose", question);
    if ([...question].length > texts.most) return;
    box.value = "";
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };
  document.addEventListener("keydown", (event) => {
    const composing = event.isComposing || event.keyCode === 229; // Safari ends a composition before this event
    if (event.key !== "Enter" || event.shiftKey || composing || !event.target.matches("#box textarea")) return;
    event.preventDefault();
    submit(event.target);
  }, true);

  // --- chips and cards ---
  let came = null; // the chip that led to a card, to go back to
  const cardOf = (link) => document.getElementById(decodeURIComponent(link.getAttribute("href").slice(1)));
  const light = (card) => {
    document.querySelectorAll(".card.lit").forEach((other) => other.classList.remove("lit"));
    card.classList.add("lit");
    card.closest("details")?.setAttribute("open", "");
    card.scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth", block: phone.matches ? "start" : "nearest" });
    card.setAttribute("tabindex", "-1");
    card.focus({ preventScroll: true });
  };
  const sheet = (open) => {
    document.body.classList.toggle("sheet", open);
    if (!open && came && came.isConnected) came.focus({ preventScroll: true });
  };
  document.addEventListener("click", (event) => {
    const link = chip(event);
    if (link) {
      event.preventDefault(); // with Gradio's <base> the link would load the page anew
      event.stopPropagation();
      const card = cardOf(link);
      hide();
      if (card) { came = link; if (phone.matches) sheet(true); light(card); }
      return;
    }
    const button = event.target.closest && event.target.closest("button");
    const card = button && button.closest(".card");
    if (card && button.classList.contains("copy")) { copyCard(card, button); return; }
    if (card && button.classList.contains("back")) { sheet(false); came?.scrollIntoView({ block: "center" }); came?.focus({ preventScroll: true }); return; }
    if (button && button.closest("#chips")) { send("choose", button.textContent); return; }
    if (button && button.id === "send") { submit(document.querySelector("#box textarea")); return; }
    if (button && button.id === "sheet-close") sheet(false);
    if (button && button.id === "theme") { keep("theme", document.documentElement.classList.contains("dark") ? "light" : "dark"); dress(); }
  }, true);
  const marked = (card, part) => [...card.querySelectorAll(`.${part} mark`)].map((mark) => mark.textContent.trim()).join(part === "zh" ? "" : " ");
  const copyCard = async (card, button) => {
    const lines = [marked(card, "zh"), marked(card, "tr"), `${card.querySelector(".title").textContent} — ${card.querySelector(".meta").textContent}`];
    const label = button.dataset.label || (button.dataset.label = button.textContent);
    try { await write(lines.filter(Boolean).join("\n")); button.textContent = say("copied"); } catch { button.textContent = say("copy_failed"); }
    announce(button.textContent);
    setTimeout(() => { button.textContent = label; }, 1600);
  };
  let tip = null;
  const show = (link) => {
    const card = cardOf(link);
    if (!card) return;
    hide();
    tip = document.createElement("div");
    tip.className = "tip"; tip.id = "tip"; tip.setAttribute("role", "tooltip");
    for (const [part, tag] of [["zh", "zh-CN"], ["tr", card.querySelector(".tr")?.lang || ""]]) {
      const text = marked(card, part);
      if (text) { const line = document.createElement("div"); line.lang = tag; line.textContent = text; line.className = part; tip.append(line); }
    }
    document.body.append(tip);
    link.setAttribute("aria-describedby", "tip");
    const box = link.getBoundingClientRect();
    tip.style.left = `${Math.max(8, Math.min(box.left, innerWidth - tip.offsetWidth - 8))}px`;
    tip.style.top = `${box.top - tip.offsetHeight - 8 < 8 ? box.bottom + 8 : box.top - tip.offsetHeight - 8}px`;
    card.classList.add("near");
  };
  const hide = () => {
    tip?.remove(); tip = null;
    document.querySelectorAll(".card.near").forEach((card) => card.classList.remove("near"));
  };
  for (const [name, act] of [["mouseover", show], ["focusin", show], ["mouseout", hide], ["focusout", hide]])
    document.addEventListener(name, (event) => { const link = chip(event); if (link && !(phone.matches && name === "focusin")) act(link); }, true);
  addEventListener("scroll", hide, true);

  // --- language: Gradio's own store where it can be found, else the page is loaded anew and the conversation taken up again ---
  const setLocale = async (chosen) => {
    const before = document.documentElement.lang;
    const files = [...new Set(performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => /\/assets\/[^?]+\.js$/.test(name)))];
    const stores = [];
    for (const file of files) {
      let found;
      try { found = await import(file); } catch { continue; }
      for (const name in found) {
        const store = found[name];
        if (!store || typeof store !== "object" || typeof store.set !== "function" || typeof store.subscribe !== "function") continue;
        let value; try { store.subscribe((now) => { value = now; })(); } catch { continue; }
        if (value === locales[language] || value === before) stores.push(store);
      }
    }
    stores.forEach((store) => store.set(locales[chosen]));
    return stores.length > 0;
  };
  const speak = async (chosen) => {
    if (!locales[chosen] || chosen === language) return;
    keep("lang", chosen);
    const address = new URL(location.href);
    address.searchParams.set("lang", chosen);
    history.replaceState(null, "", address);
    const switched = await setLocale(chosen);
    settle(chosen);
    language = chosen;
    for (const [name, value] of [["language", locales[chosen]], ["languages", [locales[chosen]]]])
      Object.defineProperty(Navigator.prototype, name, { get: () => value, configurable: true });
    if (!switched) { location.reload(); return; }
    name();
    tidy();
  };
  document.addEventListener("change", (event) => {
    if (event.target.closest && event.target.closest("#langs") && event.target.checked !== false) speak(event.target.value);
  }, true);
  const name = () => { document.title = say("title"); };

  // --- articles and glossary over the chat; the same addresses are pages of their own ---
  const dialog = document.createElement("dialog");
  dialog.id = "reader";
  dialog.innerHTML = '<div class="bar"><button id="reader-close" type="button">✕</button></div><div class="inside"></div>';
  const open = async (address) => {
    const url = new URL(address, document.baseURI);
    if (!url.searchParams.get("lang")) url.searchParams.set("lang", language);
    let page;
    try {
      const got = await fetch(url);
      page = new DOMParser().parseFromString(await got.text(), "text/html").getElementById("content");
    } catch { page = null; }
    if (!page) { location.assign(url); return; }
    const inside = dialog.querySelector(".inside");
    inside.replaceChildren(...page.childNodes);
    dialog.querySelector("#reader-close").setAttribute("aria-label", say("close"));
    dialog.setAttribute("aria-label", inside.querySelector("h1")?.textContent || "");
    if (!dialog.open) dialog.showModal();
    inside.scrollTop = 0;
    const target = url.hash && inside.querySelector(`[id="${CSS.escape(url.hash.slice(1))}"]`);
    if (target) { target.classList.add("target"); target.scrollIntoView({ block: "center" }); }
    inside.querySelector('input[type="search"]')?.focus();
  };
  const inner = (link) => {
    const url = new URL(link.href, document.baseURI);
    const path = url.pathname.slice(new URL(document.baseURI).pathname.length);
    return url.origin === location.origin && /^(articles|glossary)(\/|$)/.test(path);
  };
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest && event.target.closest("a[href]");
    if (link && inner(link)) { event.preventDefault(); event.stopPropagation(); open(link.href); }
    if (event.target.id === "reader-close" || event.target === dialog) dialog.close();
  }, true);
  dialog.addEventListener("submit", (event) => {
    if (!event.target.matches(".find")) return;
    event.preventDefault();
    open(`${event.target.getAttribute("action")}?${new URLSearchParams(new FormData(event.target))}`);
  });

  // --- the end of the conversation stays in view when what is below it grows ---
  let atEnd = true, watched = null;
  document.addEventListener("scroll", ({ target }) => {
    if (target.matches?.("#chat .bubble-wrap")) atEnd = target.scrollHeight - target.scrollTop - target.clientHeight < 24;
  }, true);
  const resized = new ResizeObserver(([{ target }]) => { if (atEnd) target.scrollTop = target.scrollHeight; });

  // --- keyboard ---
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { hide(); if (document.body.classList.contains("sheet")) sheet(false); }
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !/^(INPUT|TEXTAREA)$/.test(event.target.tagName) && !dialog.open) {
      event.preventDefault(); document.querySelector("#box textarea")?.focus();
    }
  });

  // --- names and states that Gradio leaves out ---
  const live = document.createElement("div");
  live.className = "unseen"; live.setAttribute("role", "status");
  const announce = (text) => { live.textContent = ""; setTimeout(() => { live.textContent = text; }, 50); };
  const set = (element, key, value) => { if (element && element.getAttribute(key) !== value) element.setAttribute(key, value); };
  const tidy = () => {
    document.querySelectorAll('#chat a[href^="#src-"]').forEach((link) => {
      if (/^\d+$/.test(link.textContent)) set(link, "aria-label", say("source_n").replace("{n}", link.textContent));
      if (link.target) link.removeAttribute("target");
    });
    // Gradio names a message by its Markdown, in English; its text is name enough.
    document.querySelectorAll("#chat [data-testid=bot][aria-label], #chat [data-testid=user][aria-label]").forEach((message) => message.removeAttribute("aria-label"));
    document.querySelectorAll("#chat button[title]").forEach((button) => {
      const key = iconKey[button.title];
      if (key) { set(button, "title", texts.icons[language][key]); set(button, "aria-label", texts.icons[language][key]); }
      // Only an answer can be voted on: not an error, nor what was stopped.
      if (/like/.test(key)) button.hidden = !!button.closest(".message-buttons")?.previousElementSibling?.querySelector(".failed, .stopped, .writing");
    });
    set(document.querySelector("#chat [role=log]"), "aria-label", say("chat"));
    document.querySelectorAll("#sources .card").forEach((card) => set(card, "aria-label", say("source_n").replace("{n}", card.querySelector(".n")?.textContent || "")));
    document.querySelectorAll("#sources a.read, #exports a").forEach((link) => { if (link.target) link.removeAttribute("target"); });
    document.querySelectorAll('button[aria-label=""]').forEach((button) => set(button, "aria-label", say("details")));
    set(document.getElementById("theme"), "aria-label", say("theme"));
    set(document.getElementById("theme"), "title", say("theme"));
    set(document.querySelector("#chat [role=log]"), "aria-busy", String(!!document.querySelector("#chat small.writing")));
    const close = document.getElementById("sheet-close");
    if (close) set(close, "aria-label", say("close"));
    const id = document.querySelector("#exports .exports")?.id.slice("conversation-".length);
    if (id) { try { sessionStorage.setItem("conversation", id); } catch { /* private mode */ } came_with = ""; }
    else if (!came_with && document.querySelector("#chat .placeholder-content, #chat .placeholder")) { try { sessionStorage.removeItem("conversation"); } catch { /* as above */ } }
    if (document.title !== say("title")) name();
  };
  let came_with = ""; // the conversation that this tab had before it was loaded anew
  try { came_with = sessionStorage.getItem("conversation") || ""; } catch { /* private mode */ }
  const resume = () => { send("resume", came_with); setTimeout(() => { came_with = ""; }, 3000); };
  let waiting = false, resumed = !came_with;
  new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const side = document.getElementById("side");
      if (side && !document.getElementById("sheet-close")) {
        const button = document.createElement("button");
        button.id = "sheet-close"; button.type = "button"; button.textContent = "✕";
        side.prepend(button);
      }
      tidy();
      const talk = document.querySelector("#chat .bubble-wrap");
      if (talk && talk !== watched) { watched = talk; resized.observe(talk); }
      if (!resumed && document.querySelector("#sources .empty")) { resumed = true; resume(); }
    });
  }).observe(document.documentElement, { childList: true, subtree: true });
  document.body.append(dialog, live);
  dress();
  name();
})();
