"use strict";

// Tables: sort by a click on a heading, filter by words.
(() => {
  const FEWEST_ROWS_TO_FILTER = 6;

  const valueOf = (row, column) => {
    const cell = row.cells[column];
    if (cell.dataset.value !== undefined) {
      return Number(cell.dataset.value);
    }
    const text = cell.textContent.trim();
    return text !== "" && !Number.isNaN(Number(text)) ? Number(text) : text;
  };

  const compare = (a, b) => {
    if (typeof a === "number" && typeof b === "number") {
      return a - b;
    }
    return String(a).localeCompare(String(b), "en", { numeric: true });
  };

  const isEmpty = (value) => value === "" || Number.isNaN(value);

  const sort = (table, heading, column) => {
    const ascending = heading.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.rows[0].cells) {
      other.removeAttribute("aria-sort");
    }
    heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => ({ row, value: valueOf(row, column) }));
    rows.sort((a, b) => {
      if (isEmpty(a.value) || isEmpty(b.value)) {
        return isEmpty(a.value) - isEmpty(b.value); // what is missing comes last
      }
      return (ascending ? 1 : -1) * compare(a.value, b.value);
    });
    body.append(...rows.map((entry) => entry.row));
  };

  const filter = (table, words) => {
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of table.tBodies[0].rows) {
      const cells = [...row.cells].map((cell) => cell.textContent.toLowerCase());
      row.hidden = !wanted.every((word) => cells.some((cell) => cell.includes(word)));
    }
  };

  for (const table of document.querySelectorAll(".table:not(.plain) table")) {
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(table, heading, column));
      heading.append(button);
    });
    if (table.tBodies[0].rows.length >= FEWEST_ROWS_TO_FILTER) {
      const input = document.createElement("input");
      input.type = "search";
      input.className = "filter";
      input.placeholder = "Filter rows: fused 1024";
      input.setAttribute("aria-label", "Filter rows by words");
      input.addEventListener("input", () => filter(table, input.value));
      table.parentElement.before(input);
    }
  }
})();

// Charts, by Chart.js.
(() => {
  // Okabe and Ito's colours, told apart by the colour-blind too; the second of each pair on a dark ground.
  const COLOURS = [
    ["#0072b2", "#56b4e9"],
    ["#d55e00", "#ff8c42"],
    ["#009e73", "#2fcf9f"],
    ["#b3588d", "#e08fc0"],
    ["#8a7400", "#e6c700"],
    ["#6a51a3", "#b39ddb"],
    ["#5b6470", "#aab4c0"],
    ["#a50f15", "#ff6b6b"],
  ];
  const POINTS = ["circle", "rect", "triangle", "rectRot", "star", "cross"];

  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const charts = JSON.parse(document.getElementById("chart-data").textContent);
  const numbers = new Map(); // of the series, by name: a name has the same colour everywhere
  for (const chart of charts) {
    for (const series of chart.series.filter((one) => !one.guide)) {
      if (!numbers.has(series.name)) {
        numbers.set(series.name, numbers.size);
      }
    }
  }

  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const colourOf = (name) => COLOURS[numbers.get(name) % COLOURS.length][dark.matches ? 1 : 0];

  const number = (value) => {
    if (value === 0) {
      return "0";
    }
    const size = Math.abs(value);
    return size >= 1e6 || size < 1e-3 ? value.toExponential(0) : String(Number(value.toPrecision(3)));
  };

  const date = (time) => new Date(time).toISOString().slice(0, 10);

  // The interval of each point, as a line with ends.
  const intervals = {
    id: "intervals",
    afterDatasetsDraw(chart) {
      const context = chart.ctx;
      const area = chart.chartArea;
      const y = chart.scales.y;
      chart.data.datasets.forEach((dataset, index) => {
        if (!chart.isDatasetVisible(index)) {
          return;
        }
        const marks = chart.getDatasetMeta(index).data;
        (dataset.points || []).forEach((point, i) => {
          if (point.low == null || point.high == null || point.low === point.high || !marks[i]) {
            return;
          }
          const inside = (pixel) => Math.min(Math.max(pixel, area.top), area.bottom);
          const low = y.type === "logarithmic" && point.low <= 0 ? area.bottom : inside(y.getPixelForValue(point.low));
          const high = inside(y.getPixelForValue(point.high));
          const x = marks[i].x;
          context.save();
          context.strokeStyle = chart.config.type === "bar" ? css("--text") : dataset.borderColor;
          context.lineWidth = 1;
          context.beginPath();
          context.moveTo(x, low);
          context.lineTo(x, high);
          context.moveTo(x - 4, low);
          context.lineTo(x + 4, low);
          context.moveTo(x - 4, high);
          context.lineTo(x + 4, high);
          context.stroke();
          context.restore();
        });
      });
    },
  };

  // The name of each guide at its end.
  const guides = {
    id: "guides",
    afterDatasetsDraw(chart) {
      const context = chart.ctx;
      chart.data.datasets.forEach((dataset, index) => {
        const marks = chart.getDatasetMeta(index).data;
        if (!dataset.guide || marks.length === 0) {
          return;
        }
        const end = marks[marks.length - 1];
        context.save();
        context.fillStyle = css("--soft");
        context.font = "11px system-ui, sans-serif";
        context.textAlign = "right";
        context.fillText(dataset.label, end.x - 4, end.y + 12);
        context.restore();
      });
    },
  };

  const dataset = (chart, series) => {
    const points = series.points.filter((point) => point.x != null && point.y != null);
    if (series.guide) {
      return {
        type: "line", label: series.name, guide: true, data: points, borderColor: css("--soft"),
        borderDash: [4, 4], borderWidth: 1, pointRadius: 0, pointHitRadius: 0,
      };
    }
    const colour = colourOf(series.name);
    const common = { label: series.name, backgroundColor: colour, borderColor: colour };
    if (chart.kind === "BAR") {
      // A bar for each label, so that the bars of a label stand together.
      const byLabel = chart.x.labels.map((label, i) => points.find((point) => point.x === i) || null);
      return {
        ...common,
        data: byLabel.map((point) => (point ? point.y : null)),
        points: byLabel.map((point) => point || { low: null, high: null }),
        maxBarThickness: 48,
      };
    }
    return {
      ...common, data: points, points, borderWidth: 2, pointRadius: 4,
      pointStyle: POINTS[numbers.get(series.name) % POINTS.length], showLine: chart.kind === "LINE",
    };
  };

  const axis = (description, isValue) => {
    const base = {
      title: { display: description.title !== "", text: description.title, color: css("--soft") },
      ticks: { color: css("--soft") },
      grid: { color: css("--line") },
      border: { color: css("--line") },
    };
    switch (description.scale) {
      case "LABELS":
        return { ...base, offset: true };
      case "LOGARITHMIC":
        return {
          ...base, type: "logarithmic",
          ticks: { ...base.ticks, autoSkip: false, callback: (value) => (/^[125](e|\.0*e)/.test(value.toExponential()) ? number(value) : "") },
        };
      case "TIME":
        return { ...base, type: "linear", ticks: { ...base.ticks, maxTicksLimit: 6, callback: date } };
      default:
        return { ...base, type: "linear", beginAtZero: isValue, ticks: { ...base.ticks, callback: number } };
    }
  };

  // Room for the intervals: the library makes room for the points only.
  const room = (chart) => {
    const points = chart.series.flatMap((series) => series.points);
    const ends = points.flatMap((point) => [point.low, point.high]).filter((end) => end != null)
      .filter((end) => end > 0 || chart.y.scale !== "LOGARITHMIC");
    if (ends.length === 0) {
      return {};
    }
    const [low, high] = [Math.min(...ends), Math.max(...ends)];
    return chart.y.scale === "LOGARITHMIC" ? { suggestedMin: low, suggestedMax: high } : { suggestedMax: high };
  };

  const configuration = (chart) => {
    const labelled = chart.x.scale === "LABELS";
    // Points on labels: a linear axis with a tick per label, which keeps the places that a series lacks.
    const x = labelled && chart.kind !== "BAR"
      ? {
          ...axis(chart.x, false), type: "linear", min: -0.5, max: chart.x.labels.length - 0.5, offset: false,
          ticks: { color: css("--soft"), stepSize: 1, autoSkip: true, callback: (value) => chart.x.labels[value] ?? "" },
          afterBuildTicks: (scale) => { scale.ticks = chart.x.labels.map((label, value) => ({ value })); },
        }
      : axis(chart.x, false);
    return {
      type: chart.kind === "BAR" ? "bar" : chart.kind === "LINE" ? "line" : "scatter",
      data: {
        labels: chart.kind === "BAR" ? chart.x.labels : undefined,
        datasets: chart.series.map((series) => dataset(chart, series)),
      },
      options: {
        responsive: true, maintainAspectRatio: false, animation: false,
        scales: { x, y: { ...axis(chart.y, true), ...room(chart) } },
        plugins: {
          legend: {
            position: "bottom",
            labels: { color: css("--text"), usePointStyle: true, boxWidth: 8, boxHeight: 8, filter: (item, data) => !data.datasets[item.datasetIndex].guide },
          },
          tooltip: {
            callbacks: {
              title: (items) => items.map((item) => (labelled ? chart.x.labels[item.parsed.x] : ""))[0] ?? "",
              label: (item) => `${item.dataset.label}: ${(item.dataset.points || [])[item.dataIndex]?.text || number(item.parsed.y)}`,
            },
          },
        },
      },
      plugins: [intervals, guides],
    };
  };

  const drawn = new Map();
  const draw = () => {
    for (const canvas of document.querySelectorAll("canvas[data-chart]")) {
      drawn.get(canvas)?.destroy();
      try {
        drawn.set(canvas, new Chart(canvas, configuration(charts[Number(canvas.dataset.chart)])));
      } catch (error) {
        canvas.parentElement.textContent = `This chart cannot be drawn: ${error.message}`;
      }
    }
  };
  draw();
  dark.addEventListener("change", draw);
})();
