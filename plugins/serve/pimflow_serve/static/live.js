// Live progress: what the server tells once a second is put into the page, and parts of it that are old are fetched anew.
"use strict";

(() => {
  const language = document.documentElement.lang || "en";
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const page = document.querySelector("[data-live]");
  if (!page) return;
  const words = page.dataset;
  let shown = null;
  let fetching = false;
  let waiting = 0;
  let again = false;

  function span(seconds) {
    const [value, unit] = seconds < 90 ? [seconds, "second"] : seconds < 5400 ? [seconds / 60, "minute"] : [seconds / 3600, "hour"];
    const digits = unit === "hour" ? 1 : 0;
    return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits }).format(Math.max(value, 1));
  }

  function write(element, text) {
    if (element && element.textContent !== text) element.textContent = text;
  }

  function showFlow(box, flow) {
    write(box.querySelector("[data-done]"), whole.format(flow.done));
    write(box.querySelector("[data-total]"), flow.total === null ? "" : ` / ${whole.format(flow.total)}`);
    write(box.querySelector("[data-rate]"), flow.rate && !flow.ended ? words.perSecond.replace("%s", whole.format(flow.rate)) : "");
    const left = flow.remaining_seconds;
    write(box.querySelector("[data-remaining]"), left && !flow.ended ? words.left.replace("%s", span(left)) : "");
    const bar = box.querySelector("progress");
    if (flow.ended || flow.total) {
      bar.max = flow.ended ? 1 : flow.total;
      bar.value = flow.ended ? 1 : Math.min(flow.done, flow.total);
    }
  }

  function showRun(box, run) {
    const boxes = box.querySelectorAll(".progress-flow");
    if (boxes.length !== run.flows.length) return false;
    run.flows.forEach((flow, number) => showFlow(boxes[number], flow));
    showCounts(run);
    return true;
  }

  function showCounts(run) {
    for (const box of document.querySelectorAll("[data-live-counts] [data-count]")) {
      const sum = run.flows.reduce((all, flow) => all + (flow.counts[box.dataset.count] || 0), 0);
      write(box.querySelector("strong"), whole.format(sum));
      if (sum) box.hidden = false;
    }
  }

  // Parts with the same name are exchanged; one in which somebody writes, or has opened something, stays.
  function exchange(fresh) {
    localTimes(fresh);
    for (const part of document.querySelectorAll("[data-part]")) {
      const other = fresh.querySelector(`[data-part="${CSS.escape(part.dataset.part)}"]`);
      const busy = part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
      if (!other || busy || part.outerHTML === other.outerHTML) continue;
      const open = [...part.querySelectorAll("details")].map((one) => one.open);
      const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
      part.replaceWith(other);
      [...other.querySelectorAll("details")].forEach((one, number) => { one.open = open[number] ?? one.open; });
      if (focused) document.getElementById(focused)?.focus();
    }
  }

  async function refresh() {
    if (document.hidden) return;
    if (fetching) {
      again = true;
      return;
    }
    fetching = true;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.redirected) location.reload();
      if (answer.ok) exchange(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      // The server is away for a moment; the next message tries again.
    } finally {
      fetching = false;
      if (again) {
        again = false;
        refresh();
      }
    }
  }

  function told(runs) {
    const now = Object.keys(runs).sort().join();
    const changed = shown !== null && shown !== now;
    shown = now;
    let isOld = changed;
    for (const box of document.querySelectorAll("[data-run]")) {
      const run = runs[box.dataset.run];
      if (!run || !showRun(box, run)) isOld = true;
    }
    if (isOld) refresh();
  }

  const events = new EventSource("/api/v1/events");
  // What was told before anybody listened, or while the server was away, is looked at once.
  let listened = false;
  events.addEventListener("open", () => {
    if (listened || document.querySelector(".said, [data-asked], [data-goes-on]")) refresh();
    listened = true;
  });
  events.addEventListener("progress", (event) => {
    told(Object.fromEntries(JSON.parse(event.data).runs.map((run) => [run.run, run])));
  });
  events.addEventListener("changed", () => {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, 200);
  });
  setInterval(() => {
    if (document.querySelector("[data-goes-on] ~ * details[open]")) refresh();
  }, 5000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
  addEventListener("pagehide", () => events.close());
})();
