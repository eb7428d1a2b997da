import type { Application } from './catalogue.js';

const HOUR_MS = 3_600_000;

/**
 * Who a purchase belongs to, decided from its payload (design §4, L5):
 * 1. `tag`: the payload names an account by a tag of ours; that account owns it, whoever presents it.
 * 2. `nobody`: a payload that we don't know goes to the queue of unowned purchases, never to the presenter.
 * 3. `presenter`: an empty payload goes to the first authenticated presenter, where the application allows it
 *    and the purchase is young enough; else to nobody.
 */
export type OwnerRule = { readonly kind: 'tag'; readonly tag: string } | { readonly kind: 'presenter' } | { readonly kind: 'nobody' };

/** `v1.<intent>.<tag>`: what `POST /v1/purchase-intents` hands to the app as its developerPayload. */
const PAYLOAD = /^v1\.[A-Za-z0-9_-]{1,40}\.(?<tag>[A-Za-z0-9_-]{43})$/;

export function toOwnerRule(
  developerPayload: string,
  application: Pick<Application, 'firstPresenter'>,
  purchasedAtMs: number | undefined,
  nowMs: number,
): OwnerRule {
  if (developerPayload === '') {
    const { allowed, maxAgeHours } = application.firstPresenter;
    const young = purchasedAtMs !== undefined && nowMs - purchasedAtMs <= maxAgeHours * HOUR_MS;
    return allowed && young ? { kind: 'presenter' } : { kind: 'nobody' };
  }
  const tag = readOwnerTag(developerPayload);
  return tag === undefined ? { kind: 'nobody' } : { kind: 'tag', tag };
}

/** The tag of the account that the payload names, if it is one of ours. */
export function readOwnerTag(developerPayload: string): string | undefined {
  return PAYLOAD.exec(developerPayload)?.groups?.['tag'];
}

export function formatDeveloperPayload(intentId: string, tag: string): string {
  return `v1.${intentId}.${tag}`;
}
