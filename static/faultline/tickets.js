// Tickets: countdowns, panels that keep their state, forms that are sent once.
(() => {
  const words = (seconds) => {
    const whole = Math.max(0, Math.floor(seconds));
    if (whole < 60) return `${whole} s left`;
    const minutes = Math.floor(whole / 60);
    if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, "0")} s left`;
    const rest = minutes % 60;
    return `${Math.floor(minutes / 60).toLocaleString("en")} h${rest ? ` ${rest} min` : ""} left`;
  };

  // What is left was true when its element arrived. Service time runs on until its calendar closes.
  const arrived = new WeakMap();
  const tick = () => {
    for (const element of document.querySelectorAll("[data-left]")) {
      if (!arrived.has(element)) arrived.set(element, Date.now());
      const passed = (Date.now() - arrived.get(element)) / 1000;
      const [left, runs] = [Number(element.dataset.left), Number(element.dataset.runs)];
      const isOver = runs >= left && passed > left;
      element.textContent = isOver ? "overdue" : words(left - Math.min(passed, runs));
      if (isOver) element.parentElement.className = "tk-badge tk-red";
    }
  };

  // Replacing a panel closes what the reader had opened in it.
  let open = [];
  const isOpen = () => [...document.querySelectorAll("details[id][open]")].map((found) => found.id);
  // Read out when a verdict changes, and not with each second of a countdown.
  let heard = null;
  const tell = () => {
    const said = document.getElementById("said");
    const now = [...document.querySelectorAll("#side [data-verdict]")].map((one) => one.dataset.verdict).join(", ");
    if (said && heard !== null && now !== heard) said.textContent = now;
    heard = now;
  };
  // What a form sends as seen is the latest event that the page shows, also after it was renewed;
  // but what came while somebody was writing may have slipped by above: of that they are told.
  const isBegun = (form) => [...form.querySelectorAll("textarea")].some((text) => text.value.trim());
  const bring = () => {
    const latest = document.getElementById("side")?.dataset.latest;
    for (const field of document.querySelectorAll("input[data-seen]")) {
      if (latest && !isBegun(field.form)) field.value = latest;
    }
  };
  const isWriting = () => Boolean(document.getElementById("write_text")?.value.trim());
  const stale = (is) => document.querySelectorAll(".tk-stale").forEach((note) => { note.hidden = !is; });

  document.addEventListener("DOMContentLoaded", () => {
    tick();
    tell();
    setInterval(tick, 1000);
    document.body.addEventListener("htmx:beforeSwap", () => { open = isOpen(); });
    document.body.addEventListener("htmx:afterSettle", () => {
      open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
      tick();
      tell();
      bring();
    });
    document.body.addEventListener("htmx:configRequest", (event) => {
      if (event.detail.elt.id === "side" && isWriting()) event.detail.parameters.writing = "1";
    });
    document.body.addEventListener("htmx:afterRequest", (event) => stale(!event.detail.successful));
    document.addEventListener("focusin", bring);
    for (const select of document.querySelectorAll("[data-narrows]")) {
      select.addEventListener("change", () => select.form.submit());
    }
    // The search box of the account filter tells of a choice through jQuery only.
    window.django?.jQuery?.("[data-submits] select").on("change", function choose() { this.form.submit(); });
  });

  // A canned reply is put where the cursor stands. Where that fails, the button does it by itself.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-canned]");
    if (!button || button.dataset.plain || !button.form.elements.canned.value) return;
    event.preventDefault();
    const data = new FormData();
    for (const name of ["csrfmiddlewaretoken", "canned"]) data.set(name, button.form.elements[name].value);
    const text = button.form.elements.text;
    try {
      const answer = await fetch(button.formAction.split("#")[0], { method: "POST", body: data, headers: { Accept: "text/plain" } });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      text.setRangeText(await answer.text(), text.selectionStart, text.selectionEnd, "end");
      text.focus();
    } catch {
      button.dataset.plain = "1";
      button.click();
    }
  });

  // The theme hides a page until its scripts have run, and what is hidden takes no focus by itself.
  const begin = () => {
    if (document.activeElement === document.body) document.querySelector("[autofocus]")?.focus();
  };
  const page = document.documentElement;
  new MutationObserver((changes, shown) => {
    if (page.hasAttribute("x-cloak")) return;
    shown.disconnect();
    begin();
  }).observe(page, { attributeFilter: ["x-cloak"] });
  document.addEventListener("DOMContentLoaded", () => page.hasAttribute("x-cloak") || begin());

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-once]");
    if (!form) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
  // Back in the browser: the form may be sent again.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent);
  });
})();
