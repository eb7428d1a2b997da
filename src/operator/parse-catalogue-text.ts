import type { Catalogue } from '../domain/catalogue.js';
import { DroplessError } from '../domain/errors.js';
import { parseCatalogue } from '../domain/parse-catalogue.js';

export interface CatalogueFile {
  /** As it stands in the file, to be stored. */
  readonly content: unknown;
  readonly catalogue: Catalogue;
}

/** @throws {DroplessError} `CATALOGUE_INVALID`, with the path of the fault */
export function parseCatalogueText(text: string): CatalogueFile {
  const content = parseJson(text);
  return { content, catalogue: parseCatalogue(content, 0) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DroplessError('CATALOGUE_INVALID', { field: 'the file is not JSON', cause: error });
  }
}
