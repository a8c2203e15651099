// A condition of a list: the operators and the values that fit the chosen field.
import { behaviour } from "../behaviours.js";

const TYPES = { day: "date", moment: "date", number: "number" };
const WITHOUT = ["empty", "filled"]; // operators that take no value

behaviour("condition", (form) => {
  const { new_field: field, new_operator: operator } = form.elements;
  const values = form.querySelector("[data-values]");
  const text = values.querySelector("input");
  const lists = [...values.querySelectorAll("[data-of]")];
  const show = (control, on) => Object.assign(control, { hidden: !on, disabled: !on });

  const fit = () => {
    const { kind } = field.selectedOptions[0].dataset;
    for (const option of operator.options) show(option, option.dataset.kinds.split(" ").includes(kind));
    if (operator.selectedOptions[0].disabled) operator.selectedIndex = [...operator.options].findIndex((option) => !option.disabled && !WITHOUT.includes(option.value));
    const list = lists.find((one) => one.dataset.of === field.value);
    for (const one of lists) show(one, one === list);
    show(text, !list);
    text.type = TYPES[kind] ?? "text";
    text.inputMode = kind === "amount" ? "decimal" : "";
    values.hidden = WITHOUT.includes(operator.value);
  };
  form.addEventListener("change", fit);
  fit();
});
