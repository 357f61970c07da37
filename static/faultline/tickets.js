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

  // What is left was true when its element arrived; service time runs on from there.
  const ends = new WeakMap();
  const tick = () => {
    for (const element of document.querySelectorAll("[data-left]")) {
      if (!ends.has(element)) ends.set(element, Date.now() + 1000 * Number(element.dataset.left));
      const left = (ends.get(element) - Date.now()) / 1000;
      element.textContent = left < 0 ? "overdue" : words(left);
      if (left < 0) element.parentElement.className = "tk-badge tk-red";
    }
  };

  // Replacing a panel closes what the reader had opened in it.
  let open = [];
  const isOpen = () => [...document.querySelectorAll("details[id][open]")].map((found) => found.id);
  const stale = (is) => document.querySelectorAll(".tk-stale").forEach((note) => { note.hidden = !is; });

  document.addEventListener("DOMContentLoaded", () => {
    tick();
    setInterval(tick, 1000);
    document.body.addEventListener("htmx:beforeSwap", () => { open = isOpen(); });
    document.body.addEventListener("htmx:afterSettle", () => {
      open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
      tick();
    });
    document.body.addEventListener("htmx:afterRequest", (event) => stale(!event.detail.successful));
    for (const select of document.querySelectorAll("[data-narrows]")) {
      select.addEventListener("change", () => select.form.submit());
    }
    // The search box of the account filter tells of a choice through jQuery only.
    window.django?.jQuery?.("[data-submits] select").on("change", function choose() { this.form.submit(); });
  });

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
