// The scripts of the evidence site: details beside a marked number, the search, the lookup of a claim.
// Pages are whole without them. Nothing is fetched: rows come from scripts of this site, and all text is set as text.
"use strict";
const unionSite = (() => {
  const root = document.body.dataset.root;
  const byId = (id) => document.getElementById(id);

  function load(address, missing) {
    const script = document.createElement("script");
    script.src = root + address;
    if (missing) script.addEventListener("error", missing);
    document.head.append(script);
  }

  // --- details beside the text ---------------------------------------------------------------------------------
  const panel = document.querySelector(".panel");
  let pinned = null;

  function copyOf(card) {
    const copy = card.cloneNode(true);
    copy.removeAttribute("id");
    copy.querySelectorAll("[id]").forEach((part) => part.removeAttribute("id"));
    copy.querySelectorAll(".back").forEach((part) => part.remove());
    return copy;
  }

  function show(link) {
    const cards = link.dataset.c.split(" ").map((id) => byId("d-" + id)).filter(Boolean);
    if (!cards.length) return;
    panel.replaceChildren(...cards.map(copyOf));
    panel.scrollTop = 0;
    document.querySelectorAll(".c.on").forEach((other) => other.classList.remove("on"));
    const first = link.dataset.c;
    document.querySelectorAll(".paper .c").forEach((other) => other.classList.toggle("on", other.dataset.c === first));
  }

  function showAddressed() {
    const found = /^#c-([0-9a-f]{16})$/.exec(location.hash);
    if (!found || !panel) return;
    const link = [...document.querySelectorAll(".paper .c")].find((other) => other.dataset.c.split(" ").includes(found[1]));
    if (link) { pinned = link; show(link); }
  }

  if (panel) {
    const links = document.querySelectorAll(".paper .c");
    links.forEach((link) => {
      link.addEventListener("mouseenter", () => show(link));
      link.addEventListener("focus", () => show(link));
      link.addEventListener("mouseleave", () => { if (pinned) show(pinned); });
      link.addEventListener("click", (event) => {
        event.preventDefault();
        pinned = link;
        show(link);
        const own = link.id || "c-" + link.dataset.c.split(" ")[0];
        history.replaceState(null, "", "#" + own);
      });
    });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") pinned = null; });
    window.addEventListener("hashchange", showAddressed);
    showAddressed();
  }

  // --- search --------------------------------------------------------------------------------------------------
  const box = document.querySelector(".search");
  const input = byId("q");
  const list = byId("found");
  const known = [];
  const SHOWN = 12;
  let isAsked = false;
  let active = -1;

  function rank(entry, words) {
    const label = entry[1].toLowerCase();
    if (!words.every((word) => entry[4].includes(word) || label.includes(word))) return -1;
    return (label === words[0] ? 8 : 0) + (label.startsWith(words[0]) ? 4 : 0) + (entry[0] === "page" ? 0 : 2);
  }

  function option(label, about, kind, address, number) {
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    item.id = "o-" + number;
    const link = document.createElement("a");
    link.href = root + address;
    link.tabIndex = -1;
    const type = document.createElement("span");
    type.className = "kind quiet small";
    type.textContent = kind;
    const more = document.createElement("span");
    more.className = "en";
    more.textContent = " " + about;
    link.append(type, label, more);
    item.append(link);
    return item;
  }

  function suggest() {
    const text = input.value.trim().toLowerCase();
    const options = [];
    if (/^[0-9a-f]{16}$/.test(text)) options.push(option(text, "", "claim", "claim.html#" + text, 0));
    if (text) {
      const words = text.split(/\s+/);
      known.map((entry) => [rank(entry, words), entry]).filter((pair) => pair[0] >= 0)
        .sort((a, b) => b[0] - a[0]).slice(0, SHOWN)
        .forEach(([, entry]) => options.push(option(entry[1], entry[2], entry[0], entry[3], options.length)));
    }
    active = -1;
    input.removeAttribute("aria-activedescendant");
    list.replaceChildren(...options);
    list.hidden = !options.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
  }

  function move(step) {
    const items = [...list.children];
    if (!items.length) return;
    active = (active + step + items.length) % items.length;
    items.forEach((item, place) => item.setAttribute("aria-selected", String(place === active)));
    input.setAttribute("aria-activedescendant", items[active].id);
    items[active].scrollIntoView({ block: "nearest" });
  }

  if (box) {
    box.hidden = false;
    input.addEventListener("focus", () => { if (!isAsked) { isAsked = true; load("search/index.js"); } });
    input.addEventListener("input", suggest);
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        move(event.key === "ArrowDown" ? 1 : -1);
      } else if (event.key === "Enter" && list.children.length) {
        list.children[Math.max(active, 0)].querySelector("a").click();
      } else if (event.key === "Escape") {
        list.hidden = true;
        input.setAttribute("aria-expanded", "false");
      }
    });
    document.addEventListener("click", (event) => { if (!box.contains(event.target)) list.hidden = true; });
  }

  // --- the lookup of a claim -----------------------------------------------------------------------------------
  const shards = {};

  function unknown() {
    byId("wait").hidden = true;
    byId("unknown").hidden = false;
  }

  function answer(id) {
    const found = shards[id.slice(0, 2)][id];
    if (!found) return unknown();
    if (typeof found === "string") {
      location.replace(root + "pages/" + found + ".html#c-" + id);
      return undefined;
    }
    const [page, when, metric, value, where, sentence] = found;
    byId("wait").hidden = true;
    byId("answer-metric").textContent = metric;
    byId("answer-value").textContent = value;
    byId("answer-when").textContent = when;
    byId("answer-retracted").hidden = false;
    byId("answer-where").textContent = where;
    byId("answer-sentence").textContent = sentence;
    byId("answer-link").href = root + "pages/" + page + ".html#c-" + id;
    byId("answer").hidden = false;
    return undefined;
  }

  function lookUp() {
    const id = location.hash.slice(1).toLowerCase();
    byId("answer").hidden = true;
    byId("unknown").hidden = true;
    byId("asked").textContent = id;
    if (!id) return;
    if (!/^[0-9a-f]{16}$/.test(id)) { unknown(); return; }
    byId("wait").hidden = false;
    if (shards[id.slice(0, 2)]) answer(id);
    else load("claims/" + id.slice(0, 2) + ".js", unknown);
  }

  if (document.body.classList.contains("lookup")) {
    const field = byId("claim-id");
    field.addEventListener("change", () => { location.hash = field.value.trim(); });
    window.addEventListener("hashchange", lookUp);
    lookUp();
  }

  return {
    claims([digits, rows]) { shards[digits] = rows; answer(location.hash.slice(1).toLowerCase()); },
    entries(rows) { known.push(...rows); if (input.value) suggest(); },
    more(files) { files.forEach((file) => load("search/" + file)); },
  };
})();
