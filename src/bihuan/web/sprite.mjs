// Puts the few icons that the pages use into one SVG sprite: node sprite.mjs <folder of icons> <sprite>
import { readFileSync, writeFileSync } from "node:fs";

const USED = `
  alert-circle alert-triangle arrow-back-up arrow-down arrow-right arrow-up arrows-sort bell books building calendar camera check
  checklist chevron-down chevron-left chevron-right circle-check clock copy download edit external-link eye file-spreadsheet
  file-text filter flag hand-stop hash history home info-circle key layout-dashboard layout-grid link lock logout menu-2
  message-dots paperclip photo player-play plus printer refresh report-analytics rotate scale search
  send settings signature sort-ascending sort-descending stack-2 table table-export table-import trash upload
  user users versions x
`.trim().split(/\s+/);

const [folder, sprite] = process.argv.slice(2);

function symbol(name) {
  const shapes = readFileSync(`${folder}/${name}.svg`, "utf8")
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace("</svg>", "")
    .replace(/<path stroke="none"[^>]*\/>/, "")
    .replace(/\s+/g, " ")
    .trim();
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`;
}

const symbols = USED.map(symbol).join("\n");
writeFileSync(sprite, `<svg xmlns="http://www.w3.org/2000/svg">\n<!-- Tabler Icons, MIT: see LICENSE -->\n${symbols}\n</svg>\n`);
