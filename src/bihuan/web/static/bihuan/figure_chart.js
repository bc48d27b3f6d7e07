// Draws a figure's table as bars, or over months as lines. The table below says the same in numbers.
"use strict";

for (const place of document.querySelectorAll("[data-chart]")) {
  const told = JSON.parse(place.dataset.chart);
  if (!told.names.length || typeof echarts === "undefined") {
    place.hidden = true;
    continue;
  }
  const chart = echarts.init(place, null, { renderer: "canvas" });
  chart.setOption({
    color: ["#0d5c63", "#c98a1b", "#7a4ea3", "#3a7d44"],
    animation: false,
    grid: { left: 56, right: 24, top: told.series.length > 1 ? 40 : 20, bottom: 48 },
    legend: { show: told.series.length > 1 },
    tooltip: { trigger: "axis", renderMode: "richText" },
    xAxis: { type: "category", data: told.names, axisLabel: { interval: 0, rotate: told.names.length > 8 ? 30 : 0 } },
    yAxis: { type: "value" },
    series: told.series.map((one) => ({ name: one.name, type: told.kind, data: one.data, barMaxWidth: 36 })),
  });
  window.addEventListener("resize", () => chart.resize());
}
