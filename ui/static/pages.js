// Filters the glossary while one types, on its own page and in the reader.
(() => {
  const fold = (text) => text.normalize("NFKC").toLowerCase().replaceAll("ё", "е").trim();
  document.addEventListener("input", (event) => {
    if (!event.target.matches || !event.target.matches('.find input[type="search"]')) return;
    const place = event.target.closest(".inside, main");
    const wanted = fold(event.target.value);
    let shown = 0;
    place.querySelectorAll("tr[data-text]").forEach((row) => {
      row.hidden = !row.dataset.text.includes(wanted);
      if (!row.hidden) shown += 1;
    });
    const count = place.querySelector(".count");
    if (count) count.textContent = count.dataset.template.replace("{n}", shown);
  });
})();
