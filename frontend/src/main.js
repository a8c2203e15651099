import "./app.css";
import { start } from "./behaviours.js";
import "./requests.js";
import "./parts/chart.js";
import "./parts/condition.js";
import "./parts/dialog.js";
import "./parts/drop.js";
import "./parts/form.js";
import "./parts/inplace.js";
import "./parts/keys.js";
import "./parts/menu.js";
import "./parts/palette.js";
import "./parts/panes.js";
import "./parts/pick.js";
import "./parts/picker.js";
import "./parts/shell.js";
import "./parts/toast.js";

start();
