// The policy's file: numbers that follow its lines, and problems that lead to theirs.
(() => {
  const LINE = 20; // pixels, as in policies.css

  const follow = (text, numbers) => {
    const count = Math.max(24, text.value.split("\n").length);
    text.rows = count;
    while (numbers.childElementCount > count) numbers.lastElementChild.remove();
    while (numbers.childElementCount < count) {
      const next = document.createElement("span");
      next.textContent = String(numbers.childElementCount + 1);
      next.id = `line-${next.textContent}`;
      numbers.append(next);
    }
  };

  const go = (text, line) => {
    const lines = text.value.split("\n");
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    text.focus({ preventScroll: true });
    text.setSelectionRange(start, start + (lines[line - 1] || "").length);
    text.scrollLeft = 0;
    const top = text.getBoundingClientRect().top + window.scrollY + (line - 1) * LINE;
    window.scrollTo({ top: top - window.innerHeight / 3 });
  };

  document.addEventListener("DOMContentLoaded", () => {
    const text = document.getElementById("policy-text");
    if (!text) return;
    const numbers = document.querySelector(".pe-numbers");
    text.addEventListener("input", () => follow(text, numbers));
    for (const link of document.querySelectorAll("[data-line]")) {
      link.addEventListener("click", () => setTimeout(() => go(text, Number(link.dataset.line))));
    }
  });
})();
