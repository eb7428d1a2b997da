import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Tracing has a bundle of its own, so that a worker without it loads nothing of it into its workflows. */
export function toTracedBundle(bundle: string): string {
  return bundle.replace(/\.js$/, '.traced.js');
}

/** What a worker runs: the bundle named, else the build's, else the sources, which the worker bundles itself. */
export function findWorkflowCode(
  bundle = fileURLToPath(new URL('../../workflow-bundle.js', import.meta.url)),
  traced = false,
): { readonly workflowBundle: { readonly codePath: string } } | { readonly workflowsPath: string } {
  const codePath = traced ? toTracedBundle(bundle) : bundle;
  if (existsSync(codePath)) return { workflowBundle: { codePath } };
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return { workflowsPath: fileURLToPath(new URL(`../workflows/index.${extension}`, import.meta.url)) };
}
