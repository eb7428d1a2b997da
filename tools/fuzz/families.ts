import { createEvidenceFamilies } from './evidence-families.js';
import type { FuzzFamily } from './family.js';
import { createListFamily } from './list-family.js';
import { createPathFamilies } from './path-families.js';

/** Every kind of hostile input, with keys made for this run: none of it is worth keeping. */
export async function createFamilies(): Promise<FuzzFamily[]> {
  return [...(await createEvidenceFamilies()), ...(await createPathFamilies()), await createListFamily()];
}
