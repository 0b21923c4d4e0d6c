// What pages do beyond plain HTML. Every page works without it, save for live progress.
"use strict";

const root = document.documentElement;

function rememberTheme(theme) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax${secure}`;
  root.dataset.theme = theme;
}

function isDark() {
  if (root.dataset.theme !== "auto") return root.dataset.theme === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("[data-theme-switch]")) rememberTheme(isDark() ? "light" : "dark");
  const menu = target?.closest(".menu-button");
  if (menu) {
    const open = menu.getAttribute("aria-expanded") !== "true";
    menu.setAttribute("aria-expanded", String(open));
    document.body.classList.toggle("menu-open", open);
  }
});

document.addEventListener("keydown", (event) => {
  const menu = document.querySelector('.menu-button[aria-expanded="true"]');
  if (event.key === "Escape" && menu) {
    menu.click();
    menu.focus();
  }
});

// A form is sent once, however often its button is pressed; some ask first.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.confirm || form.dataset.confirm;
  if (form.dataset.sent || (question && !confirm(question))) {
    event.preventDefault();
    return;
  }
  if (form.method === "post") form.dataset.sent = "yes";
});

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A choice that sends its form by itself, such as a filter.
document.addEventListener("change", (event) => {
  if (event.target instanceof Element && event.target.matches("[data-send]")) event.target.form.requestSubmit();
});
