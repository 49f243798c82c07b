// Makes ES modules for a browser of both versions of Uppy, as they are
// published: node_modules/.bundle/<v5|v6>/{core,aws-s3}.js, which share their common parts.
import { build } from "esbuild";

for (const version of ["v5", "v6"]) {
  await build({
    absWorkingDir: new URL(version, import.meta.url).pathname, // whose node_modules are looked in
    entryPoints: { core: "@uppy/core", "aws-s3": "@uppy/aws-s3" },
    outdir: `../node_modules/.bundle/${version}`,
    bundle: true,
    splitting: true,
    format: "esm",
    logLevel: "warning",
  });
}
