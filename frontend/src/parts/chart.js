// Charts are a chunk of their own, fetched when a page has one.
import { behaviour } from "../behaviours.js";

behaviour("chart", (element) => import("../charts.js").then(({ draw }) => draw(element)));
