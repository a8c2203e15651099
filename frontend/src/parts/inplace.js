// A value edited where it stands: the focus is in the field, Enter saves, Escape leaves it as it was.
import { behaviour } from "../behaviours.js";

behaviour("inplace", (form) => {
  const control = form.querySelector("select, textarea, input:not([type=hidden])");
  control?.focus();
  control?.select?.();
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      form.querySelector("[data-undo]")?.click();
    } else if (event.key === "Enter" && event.target.matches("select")) {
      event.preventDefault(); // a select does not send its form by itself
      form.requestSubmit();
    }
  });
});
