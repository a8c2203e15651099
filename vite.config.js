import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";

const SOURCES = "src/zhike";
const USES = [
  /\{% icon "([a-z0-9-]+)"/g, // {% icon "plus" %}
  /\bicon="([a-z0-9-]+)"/g, // <c-ui.button icon="plus">, Link(…, icon="plus")
  /\bicon\("([a-z0-9-]+)"/g, // grid.icon("plus")
];

function files(folder) {
  return readdirSync(folder).flatMap((entry) => {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) return entry === "static" || entry === "__pycache__" ? [] : files(path);
    return /\.(html|py)$/.test(entry) ? [path] : [];
  });
}

// One SVG sprite of the icons that templates, Python and frontend/icons.txt name. An unknown name fails the build.
function iconSprite() {
  return {
    name: "icon-sprite",
    buildStart() {
      const lucide = JSON.parse(readFileSync("node_modules/@iconify-json/lucide/icons.json", "utf8"));
      const names = new Set(readFileSync("frontend/icons.txt", "utf8").split(/\s+/).filter(Boolean));
      for (const path of files(SOURCES)) {
        const text = readFileSync(path, "utf8");
        for (const use of USES) for (const match of text.matchAll(use)) names.add(match[1]);
      }
      const symbols = [...names].sort().map((name) => {
        const icon = lucide.icons[name] ?? lucide.icons[lucide.aliases[name]?.parent];
        if (!icon) this.error(`lucide has no icon \`${name}\``);
        return `<symbol id="${name}" viewBox="0 0 24 24">${icon.body.replace(/ stroke(-width|-linecap|-linejoin)?="[^"]*"/g, "")}</symbol>`;
      });
      this.emitFile({
        type: "asset",
        name: "icons.svg",
        originalFileName: "icons.svg",
        source: `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`,
      });
    },
  };
}

// WhiteNoise serves x.br and x.gz that lie beside x; it compresses nothing itself when it serves from finders.
function compress() {
  return {
    name: "compress",
    writeBundle(options, bundle) {
      for (const file of Object.keys(bundle).filter((name) => /\.(js|css|svg)$/.test(name))) {
        const path = join(options.dir, file);
        const body = readFileSync(path);
        writeFileSync(`${path}.br`, brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
        writeFileSync(`${path}.gz`, gzipSync(body, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  root: "frontend",
  base: "/static/dist/",
  publicDir: false,
  plugins: [tailwindcss(), iconSprite(), compress()],
  build: {
    outDir: `../${SOURCES}/ui/static/dist`,
    emptyOutDir: true,
    manifest: "manifest.json",
    assetsDir: "",
    assetsInlineLimit: 0,
    modulePreload: false,
    target: "es2022",
    chunkSizeWarningLimit: 700,
    rolldownOptions: { input: { main: "frontend/src/main.js" } },
  },
});
