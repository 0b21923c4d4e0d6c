// What pages of problems and products ask for once they are there: names and pictures from the PIM, options to choose.
"use strict";

async function asked(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function showCard(record, card, pictures) {
  const label = record.querySelector("[data-label]");
  if (card.label) label.textContent = card.label;
  const link = record.querySelector("[data-link]");
  if (card.link && /^https?:/.test(card.link)) {
    link.href = card.link;
    link.hidden = false;
  }
  if (card.picture) {
    const image = document.createElement("img");
    image.alt = "";
    image.src = `${pictures}?name=${encodeURIComponent(card.picture)}`;
    image.addEventListener("load", () => record.querySelector("[data-picture]").replaceChildren(image));
  }
}

async function showCards(list) {
  const records = [...list.querySelectorAll("[data-key]")].filter((one) => !one.dataset.key.startsWith("row "));
  for (let start = 0; start < records.length; start += 10) {
    const some = records.slice(start, start + 10);
    const query = some.map((one) => `key=${encodeURIComponent(one.dataset.key)}`).join("&");
    try {
      const cards = await asked(`${list.dataset.cards}?${query}`);
      const pictures = list.dataset.cards.replace(/cards$/, "picture");
      for (const one of some) if (cards[one.dataset.key]) showCard(one, cards[one.dataset.key], pictures);
    } catch {
      return; // the PIM does not answer: the page says all it knows without it
    }
  }
}

// Columns are called by what people call them; their codes stay in the title.
async function showLabels(address, columns) {
  const names = [...new Set(columns.map((one) => one.dataset.column))];
  for (let start = 0; start < names.length; start += 50) {
    const query = names.slice(start, start + 50).map((name) => `column=${encodeURIComponent(name)}`);
    try {
      const labels = await asked(`${address}?${query.join("&")}`);
      for (const one of columns) {
        if (!labels[one.dataset.column]) continue;
        one.textContent = labels[one.dataset.column];
        one.title = one.dataset.column;
      }
    } catch {
      return; // the codes say it too
    }
  }
}

async function offerChoices(input) {
  const hint = document.getElementById("becomes-hint");
  try {
    const choices = await asked(input.dataset.choices);
    const called = new Map();
    for (const one of choices.options) called.set(one.label, (called.get(one.label) ?? 0) + 1);
    const options = choices.options.map((one) => {
      const option = document.createElement("option");
      option.value = one.label && called.get(one.label) === 1 ? one.label : one.code;
      option.label = one.code;
      return option;
    });
    document.getElementById("choices").replaceChildren(...options);
    input.placeholder = choices.known ? input.dataset.choose : "";
    hint.textContent = choices.known ? hint.dataset.loaded.replace("{}", String(options.length)) : hint.dataset.none;
    const create = document.querySelector("[data-create]");
    if (create) create.hidden = !choices.may_add;
  } catch {
    hint.textContent = hint.dataset.none;
  }
}

for (const list of document.querySelectorAll("[data-cards]")) showCards(list);
const columns = [...document.querySelectorAll("[data-column]")];
for (const address of new Set(columns.map((one) => one.dataset.labels))) {
  showLabels(address, columns.filter((one) => one.dataset.labels === address));
}
const input = document.querySelector("[data-choices]");
if (input) offerChoices(input);

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
  if (!button) return;
  const text = document.querySelector(button.dataset.copy);
  text.select();
  try {
    await navigator.clipboard.writeText(text.value);
    button.querySelector("span").textContent = button.dataset.copied;
  } catch {
    // The text is selected: Ctrl-C copies it.
  }
});

const waiting = document.querySelector("[data-reload]");
if (waiting) setTimeout(() => location.reload(), Number(waiting.dataset.reload));
