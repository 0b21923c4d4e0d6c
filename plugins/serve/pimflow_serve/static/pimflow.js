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

// Times are written by the server in its own time zone; here they are written in that of the reader.
function localTimes(part) {
  const language = root.lang || "en";
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const today = new Date();
  for (const time of part.querySelectorAll("time[data-when]")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.valueOf())) continue;
    time.title = at.toLocaleString(language, { dateStyle: "full", timeStyle: "long" });
    if (time.dataset.when === "clock") time.textContent = at.toLocaleTimeString(language, { ...clock, second: "2-digit" });
    if (time.dataset.when !== "short") continue;
    const midnight = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());
    const days = Math.abs(Math.round((midnight(at) - midnight(today)) / 86400000));
    const hours = at.toLocaleTimeString(language, clock);
    const year = at.getFullYear() === today.getFullYear() ? {} : { year: "numeric" };
    const date = days < 7 ? at.toLocaleDateString(language, { weekday: "short" }) : at.toLocaleDateString(language, { month: "short", day: "numeric", ...year });
    time.textContent = days === 0 ? hours : `${date}${days < 7 ? " " : ", "}${hours}`;
  }
}

localTimes(document);
