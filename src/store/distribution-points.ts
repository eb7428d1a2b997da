import type { Certificate } from './certificate.js';
import { OID } from './certificate-extensions.js';
import { constructed, DER, type DerValue, listDer, listWithin, primitive, readDer } from './der.js';

const URL_CHARACTERS_MAX = 2_048;

/** The web addresses where the certificate says that its issuer's full revocation list is found (RFC 5280 §4.2.1.13). */
export function listDistributionPoints({ extensions }: Pick<Certificate, 'extensions'>): string[] {
  const points = extensions.find(({ oid }) => oid === OID.crlDistributionPoints);
  if (points === undefined) return [];
  try {
    return listWithin(readDer(points.value), DER.sequence).flatMap(readPoint).filter(isWebAddress);
  } catch {
    return []; // It says nothing that can be read; the path was good without it.
  }
}

function readPoint(point: DerValue): string[] {
  const [name, ...others] = listWithin(point, DER.sequence);
  // Lists for some reasons only, or by somebody else than the issuer, are not full lists of the issuer.
  if (name?.tag !== constructed(0) || others.length > 0) return [];
  const [fullName] = listDer(name.content);
  if (fullName?.tag !== constructed(0)) return [];
  return listDer(fullName.content)
    .filter(({ tag }) => tag === primitive(6))
    .map(({ content }) => content.toString('latin1'));
}

function isWebAddress(text: string): boolean {
  if (text.length > URL_CHARACTERS_MAX || !URL.canParse(text)) return false;
  return ['http:', 'https:'].includes(new URL(text).protocol);
}
