// A place to drop files: shows what was chosen, refuses what is too large before it is sent.
import { behaviour, say } from "../behaviours.js";

const size = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`);

behaviour("drop", (drop) => {
  const input = drop.querySelector("input[type=file]");
  const said = drop.querySelector("[data-said]");
  const most = Number(input.dataset.most || 0);
  const show = () => {
    const files = [...input.files];
    const large = most && files.find((file) => file.size > most);
    input.setCustomValidity(large ? say("too_large", { name: large.name, most: size(most) }) : "");
    said.textContent = input.validationMessage || files.map((file) => `${file.name} · ${size(file.size)}`).join("\n");
    drop.toggleAttribute("data-full", files.length > 0);
  };
  input.addEventListener("change", show);
  for (const type of ["dragenter", "dragover"]) {
    drop.addEventListener(type, (event) => {
      event.preventDefault();
      drop.toggleAttribute("data-over", true);
    });
  }
  for (const type of ["dragleave", "drop"]) drop.addEventListener(type, () => drop.toggleAttribute("data-over", false));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
});
