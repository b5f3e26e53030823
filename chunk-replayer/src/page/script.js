// A click on a box of a flame graph makes it as wide as the drawing; a click on a box above it, or on the lowest one, goes back.
for (const drawing of document.querySelectorAll("svg.flame")) {
  const width = drawing.viewBox.baseVal.width;
  const boxes = [...drawing.querySelectorAll("g")].map((group) => {
    const rect = group.querySelector("rect"), text = group.querySelector("text");
    return { group, rect, text, x: +rect.getAttribute("x"), width: +rect.getAttribute("width"), name: text.dataset.name };
  });
  const show = (x, span) => {
    for (const box of boxes) {
      const left = Math.max(0, (box.x - x) * width / span), right = Math.min(width, (box.x + box.width - x) * width / span);
      const wide = right - left;
      box.group.style.display = wide > 0.4 ? "" : "none";
      box.rect.setAttribute("x", left);
      box.rect.setAttribute("width", Math.max(0, wide));
      box.text.setAttribute("x", left + 4);
      box.text.textContent = wide > 24 ? box.name.slice(0, Math.floor((wide - 6) / 6.7)) : "";
    }
  };
  for (const box of boxes) box.group.addEventListener("click", () => show(box.x, box.width));
}
