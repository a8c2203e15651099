// Charts from data that the server wrote: {labels, series: [{name, values, muted?, kind?}], unit?: "count" | "percent", stack?}.
// Colours are the tokens of the theme, numbers are written as the page's language writes them.
import { BarChart, LineChart, PieChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TitleComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([BarChart, LineChart, PieChart, AriaComponent, GridComponent, LegendComponent, TitleComponent, TooltipComponent, CanvasRenderer]);

const language = document.documentElement.lang;
const short = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
const share = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });

// ECharts reads neither var() nor oklch(): let the browser resolve a token, then read the pixel it paints.
const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

function colours(element) {
  const probe = element.appendChild(document.createElement("i"));
  probe.style.setProperty("transition", "none", "important"); // where motion is reduced, a colour would be on its way for a moment
  const read = (token, alpha = 1) => {
    probe.style.color = `var(${token})`;
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = getComputedStyle(probe).color;
    pixel.fillRect(0, 0, 1, 1);
    const [red, green, blue, opaque] = pixel.getImageData(0, 0, 1, 1).data;
    return `rgba(${red},${green},${blue},${(opaque / 255) * alpha})`;
  };
  const found = {
    ink: read("--ink"), quiet: read("--ink-3"), line: read("--line"), ground: read("--raised"), muted: read("--chart-muted"),
    palette: [1, 2, 3, 4, 5, 6].map((number) => read(`--chart-${number}`)),
    faint: [1, 2, 3, 4, 5, 6].map((number) => read(`--chart-${number}`, 0.16)),
    font: getComputedStyle(element).fontFamily,
  };
  probe.remove();
  return found;
}

const text = (data) => (data.unit === "percent" ? (value) => share.format(value) : (value) => whole.format(value));
const axisText = (data) => (data.unit === "percent" ? (value) => share.format(value) : (value) => short.format(value));
const category = (data, tone, more = {}) => ({
  type: "category", data: data.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: tone.line } },
  axisLabel: { color: tone.quiet, fontSize: 11, hideOverlap: true }, ...more,
});
const amount = (data, tone) => ({
  type: "value", splitLine: { lineStyle: { color: tone.line } }, axisLabel: { color: tone.quiet, fontSize: 11, formatter: axisText(data) },
});
const legend = (data, tone) => ({
  show: data.series.length > 1, right: 0, top: 0, itemWidth: 10, itemHeight: 10, icon: "roundRect", textStyle: { color: tone.quiet, fontSize: 12 },
});
const frame = (data) => ({ left: 0, right: 4, top: data.series.length > 1 ? 34 : 10, bottom: 0, outerBoundsMode: "same", outerBoundsContain: "axisLabel" });

function one(series, index, data, tone) {
  const colour = series.muted ? tone.muted : tone.palette[index % 6];
  const common = { name: series.name, data: series.values, color: colour, stack: data.stack ? "all" : undefined };
  if ((series.kind ?? data.kind) === "lines") {
    return { ...common, type: "line", smooth: 0.25, symbol: "circle", symbolSize: 5, showSymbol: false, lineStyle: { width: 2 }, areaStyle: { color: data.stack || data.series.length === 1 ? tone.faint[index % 6] : "transparent" } };
  }
  return { ...common, type: "bar", barMaxWidth: 16, barGap: "18%", itemStyle: { borderRadius: data.stack ? 0 : [3, 3, 0, 0] } };
}

const KINDS = {
  bars: (data, tone) => ({
    legend: legend(data, tone), grid: frame(data), xAxis: category(data, tone), yAxis: amount(data, tone),
    series: data.series.map((series, index) => one(series, index, data, tone)),
  }),
  rows: (data, tone) => ({
    grid: { left: 0, right: 4, top: 0, bottom: 0, outerBoundsMode: "same", outerBoundsContain: "axisLabel" }, xAxis: { type: "value", show: false },
    yAxis: [
      category(data, tone, { inverse: true, axisLine: { show: false }, axisLabel: { color: tone.quiet, fontSize: 12 } }),
      category(data, tone, { inverse: true, position: "right", data: data.series[0].values.map(axisText(data)), axisLine: { show: false }, axisLabel: { color: tone.ink, fontSize: 12, fontWeight: 500 } }),
    ],
    series: [{ name: data.series[0].name, type: "bar", data: data.series[0].values, barWidth: 10, color: tone.palette[0], itemStyle: { borderRadius: 3 }, showBackground: true, backgroundStyle: { color: tone.line, borderRadius: 3 } }],
  }),
  donut: (data, tone) => {
    const values = data.series[0].values;
    const total = values.reduce((sum, value) => sum + value, 0);
    return {
      color: [tone.palette[2], tone.palette[0], tone.palette[3], tone.palette[4], tone.palette[5], tone.muted],
      title: { text: short.format(total), subtext: data.series[0].name, left: 74, top: "50%", textAlign: "center", textVerticalAlign: "middle", itemGap: 2, padding: 0, textStyle: { color: tone.ink, fontSize: 20, fontWeight: 600, lineHeight: 24 }, subtextStyle: { color: tone.quiet, fontSize: 11 } },
      legend: { orient: "vertical", left: 166, top: "middle", itemWidth: 8, itemHeight: 8, icon: "circle", itemGap: 12, textStyle: { color: tone.quiet, fontSize: 12 },
        formatter: (name) => `${name}  ${share.format(total ? values[data.labels.indexOf(name)] / total : 0)}` },
      series: [{ type: "pie", radius: [50, 72], center: [74, "50%"], padAngle: 2, itemStyle: { borderRadius: 4 }, label: { show: false }, data: data.labels.map((name, index) => ({ name, value: values[index] })) }],
    };
  },
};
KINDS.lines = KINDS.bars;

export function draw(element) {
  const data = { ...JSON.parse(element.querySelector("script").textContent), kind: element.dataset.kind };
  const chart = echarts.init(element.querySelector(".chart-area"), null, { renderer: "canvas", locale: language.startsWith("zh") ? "ZH" : "EN" });
  const paint = () => {
    const tone = colours(element);
    chart.setOption({
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches, animationDuration: 300, textStyle: { fontFamily: tone.font },
      tooltip: { trigger: data.kind === "donut" ? "item" : "axis", valueFormatter: text(data), backgroundColor: tone.ground, borderColor: tone.line, padding: [8, 12], textStyle: { color: tone.ink, fontSize: 12 }, axisPointer: { type: data.kind === "lines" ? "line" : "shadow", shadowStyle: { color: tone.line }, lineStyle: { color: tone.muted } } },
      ...KINDS[data.kind](data, tone),
    }, true);
    element.dataset.ready = "1";
  };
  paint();
  new ResizeObserver(() => chart.resize()).observe(element);
  const again = () => (element.isConnected ? paint() : (document.removeEventListener("zhike:theme", again), chart.dispose()));
  document.addEventListener("zhike:theme", again);
}
